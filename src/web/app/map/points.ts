// The sites as points on a canvas. A hundred thousand features of the map library would be drawn one by one at each move of
// the map; here they lie in flat arrays, no more than one is drawn for each few pixels of the screen, the most urgent, and
// what is drawn is moved as one picture while somebody drags the map.
import ImageLayer from 'ol/layer/Image';
import ImageCanvasSource from 'ol/source/ImageCanvas';
import { fromLonLat } from 'ol/proj';
import type { Extent } from 'ol/extent';
import type { SiteRow } from '../api/types';
import { SHAPES, drawShape, urgency } from './shapes';

/** Screen pixels (of the page, not of the device) that share one point. */
const CELL = 5;
/** How far beside the view is drawn already, so that a move uncovers no bare ground. */
const RATIO = 1.4;
/** How far from a point a finger may be. */
const REACH = 14;

export class SitePoints {
  readonly layer: ImageLayer<ImageCanvasSource>;
  private readonly source: ImageCanvasSource;
  private x = new Float64Array(0);
  private y = new Float64Array(0);
  private shape = new Uint8Array(0);
  /** Indices, least urgent first, so that what is urgent is drawn last and stays on top. */
  private order = new Uint32Array(0);
  private selected: ReadonlySet<number> = new Set();
  private readonly canvas = document.createElement('canvas');

  constructor() {
    this.source = new ImageCanvasSource({
      ratio: RATIO,
      canvasFunction: (extent, resolution, pixelRatio, size) => this.drawn(extent, resolution, pixelRatio, size as [number, number]),
    });
    this.layer = new ImageLayer({ source: this.source });
  }

  show(rows: readonly SiteRow[]): void {
    this.x = new Float64Array(rows.length);
    this.y = new Float64Array(rows.length);
    this.shape = new Uint8Array(rows.length);
    rows.forEach((row, index) => {
      const [x = 0, y = 0] = fromLonLat([row.lon, row.lat]);
      this.x[index] = x;
      this.y[index] = y;
      this.shape[index] = urgency(row);
    });
    this.order = Uint32Array.from(rows.keys()).sort((a, b) => (this.shape[b] ?? 0) - (this.shape[a] ?? 0));
    this.selected = new Set();
    this.source.changed();
  }

  select(indices: ReadonlySet<number>): void {
    this.selected = indices;
    this.source.changed();
  }

  position(index: number): [number, number] {
    return [this.x[index] ?? 0, this.y[index] ?? 0];
  }

  extent(): Extent | null {
    if (this.x.length === 0) return null;
    const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    this.x.forEach((x, index) => {
      const y = this.y[index] ?? 0;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    });
    return box;
  }

  /** The nearest point to a place that a finger can mean. */
  at(place: readonly [number, number], resolution: number): number | null {
    let nearest: number | null = null;
    let least = (REACH * resolution) ** 2;
    this.x.forEach((x, index) => {
      const away = (x - place[0]) ** 2 + ((this.y[index] ?? 0) - place[1]) ** 2;
      if (away < least) [nearest, least] = [index, away];
    });
    return nearest;
  }

  /** The points for which `inside` holds. */
  within(inside: (x: number, y: number) => boolean): number[] {
    return [...this.x.keys()].filter((index) => inside(this.x[index] ?? 0, this.y[index] ?? 0));
  }

  private drawn(extent: Extent, resolution: number, pixelRatio: number, [wide, high]: [number, number]): HTMLCanvasElement {
    const { canvas } = this;
    canvas.width = Math.round(wide);
    canvas.height = Math.round(high);
    const context = canvas.getContext('2d');
    if (!context) return canvas;
    const [west = 0, , , north = 0] = extent;
    const scale = pixelRatio / resolution;
    for (const index of this.thinned(west, north, scale, canvas.width, canvas.height, CELL * pixelRatio)) {
      const shape = SHAPES[this.shape[index] ?? 0];
      if (shape) drawShape(context, shape, ((this.x[index] ?? 0) - west) * scale, (north - (this.y[index] ?? 0)) * scale, pixelRatio, false);
    }
    for (const index of this.selected) {
      const shape = SHAPES[this.shape[index] ?? 0];
      if (shape) drawShape(context, shape, ((this.x[index] ?? 0) - west) * scale, (north - (this.y[index] ?? 0)) * scale, pixelRatio, true);
    }
    return canvas;
  }

  /** One point for each cell of the screen, in the order in which they are drawn. */
  private thinned(west: number, north: number, scale: number, wide: number, high: number, cell: number): Iterable<number> {
    const columns = Math.ceil(wide / cell);
    const taken = new Int32Array(columns * Math.ceil(high / cell)).fill(-1);
    for (const index of this.order) {
      const column = Math.floor((((this.x[index] ?? 0) - west) * scale) / cell);
      const row = Math.floor(((north - (this.y[index] ?? 0)) * scale) / cell);
      const at = row * columns + column;
      if (column >= 0 && column < columns && at >= 0 && at < taken.length) taken[at] = index;
    }
    return taken.filter((index) => index >= 0).sort((a, b) => (this.shape[b] ?? 0) - (this.shape[a] ?? 0));
  }
}
