// Numbers as people of an office read them. What is not known is said to be unknown, never shown as 0.
import type { Period } from '../api/types';
import { session } from '../session';
import { language, say } from './language';

function number(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : number(value, 0);
}

export function decimal(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined ? '–' : number(value, digits);
}

const SQUARE_METRES_OF_A_MU = 2000 / 3;

/** An area as square metres and mu, or as square kilometres where it is ground and no plot. */
export function area(square_metres: number | null | undefined): string {
  if (square_metres === null || square_metres === undefined) return say('unknown');
  if (square_metres >= 100_000) return `${number(square_metres / 1e6, 2)} km²`;
  const mu = square_metres / SQUARE_METRES_OF_A_MU;
  const digits = mu < 0.1 ? 3 : mu < 10 ? 2 : 1;
  return `${number(square_metres, square_metres < 100 ? 1 : 0)} m² · ${number(mu, digits)} ${language.get() === 'zh' ? '亩' : 'mu'}`;
}

export function percent(share: { readonly count: number; readonly of: number }): string {
  return share.of === 0 ? '–' : `${number((share.count / share.of) * 100, share.count === share.of || share.count === 0 ? 0 : 1)} %`;
}

/** A model's name, which may hold more than that of the model that comes with the program. */
export function modelName(name: string): string {
  return name.replace('papaver (built-in)', say('built_in_model'));
}

export function place(lon: number, lat: number): string {
  return `${lon.toFixed(7)}, ${lat.toFixed(7)}`;
}

/**
 * A moment to the minute in the registry's hours, with their distance from UTC, wherever it was written. Noon to the second is how a
 * day that was said without an hour is kept: it shows as the day alone, and so does a time without a zone as it stands.
 */
export function moment(at: string): string {
  const [, day = at, time = '', seconds = '', zone = ''] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?)?/.exec(at) ?? [];
  if (!time) return day;
  if (!zone) return `${day} ${time}`;
  if (zone !== 'Z' && `${time}${seconds}` === '12:00:00' && !at.includes('.')) return day;
  const offset = registry_offset();
  const there = new Date(Date.parse(at) + offset * MINUTE).toISOString();
  return `${there.slice(0, 10)} ${there.slice(11, 16)} ${distance(offset)}`;
}

/** Minutes that the registry's clocks are ahead of UTC: this computer's own where nobody has logged in. */
function registry_offset(): number {
  return session.get()?.utc_offset_minutes ?? -new Date().getTimezoneOffset();
}

function distance(offset: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The first and the last day of something, once where they are one. */
export function period(days: Period | null | undefined): string | null {
  if (!days) return null;
  return days.from === days.to ? days.from : `${days.from}–${days.to}`;
}

/** A time that is left, in words. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return say('seconds', { n: Math.max(1, Math.round(seconds)) });
  if (minutes < 90) return say('minutes', { n: minutes });
  return say('hours', { n: number(minutes / 60, 1) });
}

export function bytes(size: number): string {
  const steps = ['B', 'kB', 'MB', 'GB'] as const;
  let value = size;
  let step = 0;
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${number(value, step === 0 || value >= 100 ? 0 : 1)} ${steps[step] ?? ''}`;
}

const MINUTE = 60_000;

/** A day of the registry's calendar, `days` from now: the computer's own where nobody has logged in. */
export function day(days: number): string {
  const at = new Date(Date.now() + registry_offset() * MINUTE);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
