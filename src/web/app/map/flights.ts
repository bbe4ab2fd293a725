// What earlier flights saw of a place: which there were, and the same square of ground as each of them shows it.
import { useEffect, useState } from 'preact/hooks';
import { candidatesAddress, flightsAt, groundAddress } from '../api/endpoints';
import { get } from '../api/request';
import type { FlightEntry, Period } from '../api/types';

/** A square of ground. */
export interface Square {
  readonly lon: number;
  readonly lat: number;
  readonly metres: number;
}

/** What can be laid beside a flight. `none`: nobody flew there before; `lost`: somebody did, and imagery is not at hand. */
export type Earlier =
  | { readonly kind: 'asked' | 'none' | 'failed' }
  | { readonly kind: 'lost'; readonly flight: FlightEntry }
  | { readonly kind: 'shown'; readonly flight: FlightEntry; readonly own: FlightEntry; readonly before: string; readonly now: string };

export function isBefore(one: Period | null, other: Period | null): boolean {
  return one !== null && other !== null && one.to < other.from;
}

export function groundOf(flight: FlightEntry, { lon, lat, metres }: Square): string {
  return groundAddress(flight.survey, lon, lat, metres);
}

function earlier(flights: readonly FlightEntry[], survey: string, square: Square): Earlier {
  const own = flights.find((one) => one.survey === survey);
  const before = flights.filter((one) => isBefore(one.captured, own?.captured ?? null));
  const last = before.filter((one) => one.shown).at(-1) ?? before.at(-1);
  if (!own || !last) return { kind: 'none' };
  if (!last.shown || !own.shown) return { kind: 'lost', flight: last.shown ? own : last };
  return { kind: 'shown', flight: last, own, before: groundOf(last, square), now: groundOf(own, square) };
}

/** The flight before a survey's, over a square of ground; asked for while it is wanted. */
export function useEarlier(survey: string, { lon, lat, metres }: Square, wanted: boolean): Earlier {
  const [found, setFound] = useState<Earlier>({ kind: 'asked' });
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    setFound({ kind: 'asked' });
    flightsAt(lon, lat).then(
      (flights) => current && setFound(earlier(flights, survey, { lon, lat, metres })),
      () => current && setFound({ kind: 'failed' }),
    );
    return () => {
      current = false;
    };
  }, [survey, lon, lat, metres, wanted]);
  return found;
}

interface Outlined {
  readonly features: readonly { readonly geometry: object; readonly properties: { readonly id: string } }[];
}

/** The outlines of a survey's candidates, read once for each survey. */
const outlined = new Map<string, Promise<Outlined>>();

function outlines(survey: string): Promise<Outlined> {
  const known = outlined.get(survey) ?? get<Outlined>(candidatesAddress(survey));
  outlined.set(survey, known);
  known.catch(() => outlined.delete(survey));
  return known;
}

/** The outline of a candidate within a square of ground, as a path in a square of side 1; empty until it is known. */
export function useOutline(survey: string, candidate: string, { lon, lat, metres }: Square, wanted: boolean): string {
  const [path, setPath] = useState('');
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    outlines(survey).then(({ features }) => {
      const geometry = features.find(({ properties }) => properties.id === candidate)?.geometry;
      if (current && geometry) setPath(drawn(rings((geometry as { coordinates?: unknown }).coordinates), { lon, lat, metres }));
    }, () => undefined);
    return () => {
      current = false;
    };
  }, [survey, candidate, lon, lat, metres, wanted]);
  return path;
}

const METRES_A_DEGREE = 111_319.49;

function drawn(outline: readonly (readonly [number, number][])[], { lon, lat, metres }: Square): string {
  const across = (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180)) / metres;
  const along = METRES_A_DEGREE / metres;
  const corner = ([x, y]: [number, number]): string => `${(0.5 + (x - lon) * across).toFixed(4)} ${(0.5 - (y - lat) * along).toFixed(4)}`;
  return outline.map((ring) => `M${ring.map(corner).join('L')}Z`).join('');
}

function rings(of: unknown): [number, number][][] {
  if (!Array.isArray(of)) return [];
  return Array.isArray(of[0]) && typeof of[0][0] === 'number' ? [of as [number, number][]] : of.flatMap(rings);
}

/** Metres along the side of a square that shows a shape with some ground around it. */
export function metresAround(geometry: object, lat: number): number {
  const corners = positions((geometry as { coordinates?: unknown }).coordinates);
  const spread = (n: 0 | 1): number => (corners.length ? Math.max(...corners.map((at) => at[n])) - Math.min(...corners.map((at) => at[n])) : 0);
  const longest = Math.max(spread(0) * 111_320 * Math.cos((lat * Math.PI) / 180), spread(1) * 110_900);
  return Math.min(1000, Math.max(12, 1.6 * longest));
}

function positions(of: unknown): [number, number][] {
  if (!Array.isArray(of)) return [];
  return typeof of[0] === 'number' ? [[of[0], Number(of[1])]] : of.flatMap(positions);
}
