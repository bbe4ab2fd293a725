// The map of the crew's page: sites, where the crew is, and the imagery that the office drew around the sites, on one canvas.
// A finger or the mouse moves it, two fingers, the wheel or the buttons zoom, the keyboard does both.

const TILE = 256;
const [WIDEST, CLOSEST] = [3, 21];
/** Imagery is drawn from this zoom on; the office has none that is wider. */
const [IMAGERY_FROM, FIRST_ZOOM] = [13, 14];
/** Tiles that are held decoded. */
const HELD = 160;
const REACH = 16;
const EARTH_M = 40_075_016.686;

/** Longitude and latitude as a place in the square of the map, 0 to 1. */
const squared = ([lon, lat]) => [(lon + 180) / 360, (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2];
const within = (low, value, high) => Math.min(high, Math.max(low, value));

/** Tiles as pictures: those that are held, those on their way, and which there are none of. */
class Pictures {
  constructor(fetched, changed) {
    Object.assign(this, { fetched, changed, held: new Map() });
  }
  /** The picture of a tile, if it is there; asks for it otherwise. */
  get(zoom, column, row) {
    const name = `${zoom}/${column}/${row}`;
    const found = this.held.get(name);
    if (found === undefined) this.ask(name, zoom, column, row);
    return found ?? null;
  }
  /** Whether a tile is known not to be there. */
  lacks(zoom, column, row) {
    return this.held.get(`${zoom}/${column}/${row}`) === false;
  }
  ask(name, ...at) {
    this.held.set(name, null);
    if (this.held.size > HELD) this.held.delete(this.held.keys().next().value);
    this.fetched(...at).then(
      async (bytes) => {
        this.held.set(name, bytes ? await createImageBitmap(bytes) : false);
        this.changed();
      },
      // Without a network it is asked for again when the map is next drawn after a while.
      () => setTimeout(() => this.held.delete(name), 5000),
    );
  }
}

/** Where somebody looked last, so that coming back from a site shows the same. */
let looked = null;
export const forgetView = () => (looked = null);

/** The map that is shown: colours change with the system's. */
let shown = null;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown?.draw());

export class FieldMap {
  /** `sites`: `{ at: [lon, lat], title, site }`; `choose(site)`; `words`: `{ map, closer, wider, me }`; `imagery`: null or `{ deepest, tile(zoom, column, row) }`. */
  constructor({ sites, choose, words, imagery }) {
    Object.assign(this, { sites: sites.map((one) => ({ ...one, square: squared(one.at) })), choose, imagery, here: null, fingers: new Map(), asked: false });
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { tabIndex: 0 });
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", words.map);
    this.context = this.canvas.getContext("2d");
    this.element = document.createElement("div");
    this.element.className = "map";
    const button = (text, title, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, title });
      made.setAttribute("aria-label", title);
      made.addEventListener("click", act);
      return made;
    };
    const buttons = document.createElement("div");
    buttons.className = "map-buttons";
    this.me = button("◎", words.me, () => this.here && this.look(this.here.square, Math.max(this.zoom, 17)));
    this.me.disabled = true;
    buttons.append(button("+", words.closer, () => this.zoomBy(1)), button("−", words.wider, () => this.zoomBy(-1)), this.me);
    this.element.append(this.canvas, buttons);
    this.pictures = imagery && new Pictures(imagery.tile, () => this.draw());
    this.listen();
    new ResizeObserver(() => this.resized()).observe(this.canvas);
    shown = this;
  }

  /** Shows where the crew is: its place and how many metres that may be off. */
  moved(at, accuracy) {
    const first = !this.here;
    this.here = at && { square: squared(at), accuracy, at };
    this.me.disabled = !at;
    if (first && !this.touched && this.width) this.fit();
    this.draw();
  }

  // Where it looks.

  get size() { return TILE * 2 ** this.zoom; }
  look(square, zoom) {
    [this.middle, this.zoom] = [square, within(WIDEST, zoom, CLOSEST)];
    looked = { middle: this.middle, zoom: this.zoom };
    this.touched = true;
    this.draw();
  }
  /** Zooms so that what lies under a point of the canvas stays there. */
  zoomBy(steps, x = this.width / 2, y = this.height / 2) {
    const zoom = within(WIDEST, this.zoom + steps, CLOSEST);
    const held = this.squareAt(x, y);
    const size = TILE * 2 ** zoom;
    this.look([held[0] - (x - this.width / 2) / size, held[1] - (y - this.height / 2) / size], zoom);
  }
  pan(x, y) {
    this.look([this.middle[0] - x / this.size, this.middle[1] - y / this.size], this.zoom);
  }
  squareAt(x, y) {
    return [this.middle[0] + (x - this.width / 2) / this.size, this.middle[1] + (y - this.height / 2) / this.size];
  }
  point([x, y]) {
    return [(x - this.middle[0]) * this.size + this.width / 2, (y - this.middle[1]) * this.size + this.height / 2];
  }
  /** Everything at once: the sites, and where the crew is. */
  fit() {
    const all = [...this.sites.map((one) => one.square), ...(this.here ? [this.here.square] : [])];
    if (!all.length) return;
    const [xs, ys] = [all.map((p) => p[0]), all.map((p) => p[1])];
    const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const fits = (span, room) => Math.log2(Math.max(room, 60) / TILE / Math.max(span, 1e-9));
    this.middle = [(west + east) / 2, (north + south) / 2];
    this.zoom = within(WIDEST, Math.min(17, fits(east - west, this.width - 110), fits(south - north, this.height - 70)), CLOSEST);
  }
  resized() {
    const ratio = window.devicePixelRatio || 1;
    [this.width, this.height, this.ratio] = [this.canvas.clientWidth, this.canvas.clientHeight, ratio];
    if (!this.width) return;
    [this.canvas.width, this.canvas.height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.middle === undefined) {
      if (looked) [this.middle, this.zoom, this.touched] = [looked.middle, looked.zoom, true];
      else this.fit();
    }
    this.draw();
  }

  // Hands and keys.

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, walked: 0 });
    });
    canvas.addEventListener("pointermove", (event) => this.fingerMoved(event));
    canvas.addEventListener("pointerup", (event) => {
      const finger = this.fingers.get(event.pointerId);
      this.fingers.delete(event.pointerId);
      if (finger && finger.walked < 8 && this.fingers.size === 0) this.tapped(event.offsetX, event.offsetY);
    });
    canvas.addEventListener("pointercancel", (event) => this.fingers.delete(event.pointerId));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? 0.5 : -0.5, event.offsetX, event.offsetY);
    }, { passive: false });
    const keys = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (keys[event.key]) this.pan(...keys[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoomBy(1);
      else if (event.key === "-") this.zoomBy(-1);
      else return;
      event.preventDefault();
    });
  }
  fingerMoved(event) {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) return;
    const [x, y] = [event.offsetX, event.offsetY];
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    const step = [x - finger.x, y - finger.y];
    if (other) {
      const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) || 1;
      this.zoomBy(Math.log2(apart({ x, y }, other) / apart(finger, other)), (x + other.x) / 2, (y + other.y) / 2);
    } else this.pan(...step);
    Object.assign(finger, { x, y, walked: finger.walked + Math.hypot(...step) });
  }
  tapped(x, y) {
    const apart = (one) => Math.hypot(...this.point(one.square).map((value, at) => value - [x, y][at]));
    const [nearest] = [...this.sites].sort((a, b) => apart(a) - apart(b));
    if (nearest && apart(nearest) <= REACH) this.choose(nearest.site);
  }

  // What it shows.

  draw() {
    if (this.asked || this.middle === undefined) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      if (this.width) this.drawn();
    });
  }
  drawn() {
    const { context } = this;
    const style = getComputedStyle(this.element);
    const colour = (name) => style.getPropertyValue(name).trim();
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = colour("--soft");
    context.fillRect(0, 0, this.width, this.height);
    if (this.pictures && this.zoom >= IMAGERY_FROM) this.drawImagery();
    if (this.here) this.drawHere(colour("--here"));
    for (const one of this.sites) this.dot(this.point(one.square), 7, colour("--site"));
    this.drawTitles(colour);
    this.drawScale(colour);
    // What is shown, for whoever reads the page with a program.
    const here = this.here && this.point(this.here.square).map(Math.round).join(" ");
    Object.assign(this.canvas.dataset, { zoom: this.zoom.toFixed(2), here: here ?? "" });
  }
  drawImagery() {
    const zoom = within(FIRST_ZOOM, Math.round(this.zoom), this.imagery.deepest);
    const side = this.size / 2 ** zoom;
    const first = this.squareAt(0, 0).map((value) => Math.floor(value * 2 ** zoom));
    const last = this.squareAt(this.width, this.height).map((value) => Math.floor(value * 2 ** zoom));
    let shown = 0;
    for (let row = first[1]; row <= last[1]; row += 1) {
      for (let column = first[0]; column <= last[0]; column += 1) shown += this.drawTile(zoom, column, row, side) ? 1 : 0;
    }
    this.canvas.dataset.tiles = String(shown);
  }
  /** A tile; until it is there, and where there is none so close, its part of the nearest one above it. */
  drawTile(zoom, column, row, side) {
    const [x, y] = this.point([column / 2 ** zoom, row / 2 ** zoom]);
    let up = 0;
    let picture = this.pictures.get(zoom, column, row);
    while (!picture && zoom - up > FIRST_ZOOM) {
      const lacking = this.pictures.lacks(zoom - up, column >> up, row >> up);
      up += 1;
      if (lacking || up <= 2) picture = this.pictures.get(zoom - up, column >> up, row >> up);
    }
    if (!picture) return false;
    const part = TILE / 2 ** up;
    const [left, top] = [(column % 2 ** up) * part, (row % 2 ** up) * part];
    // Half a pixel more, so that no seams are seen.
    this.context.drawImage(picture, left, top, part, part, x, y, side + 0.5, side + 0.5);
    return true;
  }
  dot([x, y], radius, colour) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    Object.assign(context, { lineWidth: 2, strokeStyle: "#fff" });
    context.stroke();
  }
  metresPerPixel() {
    return (EARTH_M * Math.cos(this.latitude())) / this.size;
  }
  latitude() {
    return Math.atan(Math.sinh(Math.PI * (1 - 2 * this.middle[1])));
  }
  drawHere(colour) {
    const { context } = this;
    const at = this.point(this.here.square);
    context.beginPath();
    context.arc(...at, this.here.accuracy / this.metresPerPixel(), 0, 2 * Math.PI);
    context.globalAlpha = 0.2;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    this.dot(at, 6, colour);
  }
  /** Titles beside their dots, where they fit into the map and over no other; what has no room shows when one zooms. */
  drawTitles(colour) {
    const { context } = this;
    context.font = "600 12px system-ui, sans-serif";
    Object.assign(context, { textBaseline: "middle", lineJoin: "round", lineWidth: 4 });
    const taken = this.sites.map((one) => {
      const [x, y] = this.point(one.square);
      return [x - 8, y - 8, x + 8, y + 8];
    });
    const apart = (a, b) => a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
    for (const [index, one] of this.sites.entries()) {
      const [x, y] = this.point(one.square);
      const wide = context.measureText(one.title).width;
      const places = [[x + 11, y], [x - 11 - wide, y], [x - wide / 2, y - 18], [x - wide / 2, y + 18]];
      const boxed = places.map(([left, middle]) => [left - 2, middle - 8, left + wide + 2, middle + 8]);
      const fits = (box) => box[0] >= 0 && box[1] >= 0 && box[2] <= this.width && box[3] <= this.height && taken.every((other, at) => at === index || apart(box, other));
      const found = boxed.findIndex(fits);
      if (found < 0) continue;
      taken.push(boxed[found]);
      Object.assign(context, { strokeStyle: colour("--paper"), fillStyle: colour("--ink") });
      context.strokeText(one.title, ...places[found]);
      context.fillText(one.title, ...places[found]);
    }
  }
  drawScale(colour) {
    const { context } = this;
    const metre = 1 / this.metresPerPixel();
    const length = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000].filter((m) => m * metre <= 100).pop() ?? 1;
    const text = length < 1000 ? `${length} m` : `${length / 1000} km`;
    const [x, y] = [10, this.height - 12];
    const line = () => {
      context.beginPath();
      context.moveTo(x, y - 5);
      context.lineTo(x, y);
      context.lineTo(x + length * metre, y);
      context.lineTo(x + length * metre, y - 5);
      context.stroke();
    };
    Object.assign(context, { strokeStyle: colour("--paper"), lineWidth: 5 });
    line();
    context.strokeText(text, x + 4, y - 12);
    Object.assign(context, { strokeStyle: colour("--ink"), lineWidth: 2, fillStyle: colour("--ink") });
    line();
    context.fillText(text, x + 4, y - 12);
  }
}
