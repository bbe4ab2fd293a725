// The pattern of ground that nothing is known of.

export function hatch(): CanvasPattern | string {
  const size = 8 * devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) return 'rgba(107, 117, 111, 0.4)';
  context.strokeStyle = 'rgba(90, 100, 95, 0.75)';
  context.lineWidth = devicePixelRatio;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, size + 1);
    context.lineTo(shift + size + 1, -1);
  }
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? 'rgba(107, 117, 111, 0.4)';
}
