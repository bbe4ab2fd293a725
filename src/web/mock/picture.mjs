// Made-up pictures of ground from above, as PNG: what a chip costs a browser to decode, without a flight.
import { crc32, deflateSync } from 'node:zlib';
import { dice } from './data.mjs';

const SIDE = 400;
const kept = new Map();

function chunk(type, data) {
  const name = Buffer.from(type, 'latin1');
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  name.copy(whole, 4);
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(Buffer.concat([name, data])), data.length + 8);
  return whole;
}

function painted(seed, outlined) {
  const roll = dice(seed);
  const rows = Buffer.alloc(SIDE * (SIDE * 3 + 1));
  const plots = Array.from({ length: 14 }, () => ({ x: roll() * SIDE, y: roll() * SIDE, r: 8 + roll() * 40, colour: [70 + roll() * 90, 90 + roll() * 70, 40 + roll() * 50] }));
  const marks = Array.from({ length: 30 }, () => ({ x: 150 + roll() * 100, y: 150 + roll() * 100, r: 2 + roll() * 4, colour: [200, 120 + roll() * 60, 150] }));
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const on = [...marks, ...plots].find((plot) => (x - plot.x) ** 2 + (y - plot.y) ** 2 < plot.r ** 2);
      const edge = outlined && (Math.abs(Math.max(Math.abs(x - 200), Math.abs(y - 200)) - 60) < 2);
      const grain = ((x * 7919 + y * 104729) % 23) - 11;
      for (let band = 0; band < 3; band += 1) rows[y * (SIDE * 3 + 1) + 1 + x * 3 + band] = edge ? [255, 214, 0][band] : Math.max(0, Math.min(255, (on?.colour[band] ?? [93, 107, 63][band]) + grain));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 1 })), chunk('IEND', Buffer.alloc(0))]);
}

/** The picture of a number; a dozen are painted, and serve for all. */
export function picture(of) {
  const number = (Number.parseInt(of, 10) || [...of].reduce((sum, symbol) => sum + symbol.charCodeAt(0), 0)) % 12;
  const outlined = !of.endsWith('-plain');
  const key = `${number} ${outlined} ${of.endsWith('-context')}`;
  if (!kept.has(key)) kept.set(key, painted(number + (of.endsWith('-context') ? 100 : 1), outlined));
  return kept.get(key);
}
