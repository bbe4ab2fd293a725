// Looking closely at a picture: wheel, two fingers, double click and a key zoom; a drag moves it. What is under the pointer
// stays there.

const CLOSEST = 8;

export class CloseUp {
  private scale = 1;
  private x = 0;
  private y = 0;
  private readonly fingers = new Map<number, { x: number; y: number }>();

  constructor(private readonly frame: HTMLElement, private readonly inner: HTMLElement, private readonly zoomed: (scale: number) => void) {
    frame.addEventListener('wheel', this.wheel, { passive: false });
    frame.addEventListener('dblclick', this.twice);
    frame.addEventListener('pointerdown', this.down);
    frame.addEventListener('pointermove', this.moved);
    for (const end of ['pointerup', 'pointercancel'] as const) frame.addEventListener(end, this.up);
  }

  /** Zooms to `scale` about a point of the window, or about the middle. */
  zoom(scale: number, about?: { x: number; y: number }): void {
    const next = Math.max(1, Math.min(CLOSEST, scale));
    const box = this.frame.getBoundingClientRect();
    const px = about ? about.x - box.left - box.width / 2 : 0;
    const py = about ? about.y - box.top - box.height / 2 : 0;
    const by = next / this.scale;
    this.x = next === 1 ? 0 : px - (px - this.x) * by;
    this.y = next === 1 ? 0 : py - (py - this.y) * by;
    this.scale = next;
    this.draw();
    this.zoomed(next);
  }

  private draw(): void {
    const box = this.frame.getBoundingClientRect();
    const [reachX, reachY] = [(box.width / 2) * (this.scale - 1), (box.height / 2) * (this.scale - 1)];
    this.x = Math.max(-reachX, Math.min(reachX, this.x));
    this.y = Math.max(-reachY, Math.min(reachY, this.y));
    this.inner.style.transform = this.scale === 1 ? '' : `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.frame.classList.toggle('zoomed', this.scale > 1);
  }

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.zoom(this.scale * (event.deltaY < 0 ? 1.3 : 1 / 1.3), event);
  };

  private readonly twice = (event: MouseEvent): void => this.zoom(this.scale >= CLOSEST ? 1 : this.scale * 2, event);

  private readonly down = (event: PointerEvent): void => {
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.scale > 1 || this.fingers.size > 1) this.frame.setPointerCapture(event.pointerId);
  };

  private readonly moved = (event: PointerEvent): void => {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    if (other) {
      const apart = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      this.zoom(this.scale * apart, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else if (this.scale > 1) {
      this.x += now.x - before.x;
      this.y += now.y - before.y;
      this.draw();
    }
  };

  private readonly up = (event: PointerEvent): void => {
    this.fingers.delete(event.pointerId);
  };
}
