// How a site looks on a map and in a list: a colour and a form, since one in twelve men sees red and green alike.
import type { SiteRow, State } from '../api/types';

export interface Shape {
  readonly name: string;
  readonly colour: string;
  readonly form: 'circle' | 'square' | 'triangle' | 'diamond' | 'ring';
}

/** The most urgent first. */
export const SHAPES: readonly Shape[] = [
  { name: 'overdue', colour: '#a12622', form: 'triangle' },
  { name: 'CONFIRMED', colour: '#d0342c', form: 'square' },
  { name: 'ERADICATED', colour: '#d98c2b', form: 'diamond' },
  { name: 'REVISIT', colour: '#8a4fb0', form: 'circle' },
  { name: 'DISPATCHED', colour: '#145aa0', form: 'circle' },
  { name: 'CANDIDATE', colour: '#e0b400', form: 'circle' },
  { name: 'CLOSED', colour: '#12683c', form: 'ring' },
  { name: 'settled', colour: '#6b756f', form: 'ring' },
];

const SETTLED = SHAPES.length - 1;

/** The place of a site's shape in [`SHAPES`]: less is more urgent. */
export function urgency(row: { readonly state: State; readonly overdue_days: number | null }): number {
  if (row.overdue_days !== null && row.overdue_days > 0) return 0;
  const found = SHAPES.findIndex((shape) => shape.name === row.state);
  return found < 0 ? SETTLED : found;
}

export function shapeOf(row: SiteRow): Shape {
  return SHAPES[urgency(row)] as Shape;
}

const outlines: Readonly<Record<Shape['form'], (context: CanvasRenderingContext2D, x: number, y: number, r: number) => void>> = {
  circle: (context, x, y, r) => context.arc(x, y, r, 0, 2 * Math.PI),
  ring: (context, x, y, r) => context.arc(x, y, r * 0.8, 0, 2 * Math.PI),
  square: (context, x, y, r) => context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8),
  diamond: (context, x, y, r) => polygon(context, [[x, y - r * 1.2], [x + r * 1.2, y], [x, y + r * 1.2], [x - r * 1.2, y]]),
  triangle: (context, x, y, r) => polygon(context, [[x, y - r * 1.2], [x + r * 1.15, y + r * 0.9], [x - r * 1.15, y + r * 0.9]]),
};

function polygon(context: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[]): void {
  corners.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const stamps = new Map<string, HTMLCanvasElement>();

/** A shape drawn once: to copy it is many times faster than to draw it. */
function stamp(shape: Shape, pixelRatio: number, selected: boolean): HTMLCanvasElement {
  const key = `${shape.name} ${pixelRatio} ${selected} ${dark.matches}`;
  const known = stamps.get(key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  const radius = (selected ? 8 : 5) * pixelRatio;
  canvas.width = canvas.height = Math.ceil(radius * 3.2);
  const context = canvas.getContext('2d');
  if (context) {
    const middle = canvas.width / 2;
    context.beginPath();
    outlines[shape.form](context, middle, middle, radius);
    context.fillStyle = shape.form === 'ring' ? (dark.matches ? '#262c28' : '#ffffff') : shape.colour;
    context.fill();
    context.lineWidth = (selected ? 3 : 1.5) * pixelRatio;
    context.strokeStyle = selected ? '#1c3f94' : shape.form === 'ring' ? shape.colour : '#ffffff';
    context.stroke();
  }
  stamps.set(key, canvas);
  return canvas;
}

export function drawShape(context: CanvasRenderingContext2D, shape: Shape, x: number, y: number, pixelRatio: number, selected: boolean): void {
  const picture = stamp(shape, pixelRatio, selected);
  context.drawImage(picture, Math.round(x - picture.width / 2), Math.round(y - picture.height / 2));
}
