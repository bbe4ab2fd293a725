// The pattern of ground that nothing is known of.

const known = new Map<string, CanvasPattern | string>();

/** Stripes of a colour, drawn once. */
export function hatch(colour = '#5a645f'): CanvasPattern | string {
  const before = known.get(colour);
  if (before) return before;
  const made = drawn(colour);
  known.set(colour, made);
  return made;
}

function drawn(colour: string): CanvasPattern | string {
  const size = 8 * devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return `${colour}66`;
  // Between the stripes too the ground can be pointed at.
  context.fillStyle = `${colour}1a`;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = `${colour}bf`;
  context.lineWidth = devicePixelRatio;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? `${colour}66`;
}
