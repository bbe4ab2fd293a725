// What an office recorded beside its sites, and what the server takes of it: names as under /api/openapi.json.
import { get, send } from './request';

export type Act = 'site' | 'close' | 'reward' | 'settle' | 'measure' | 'void';
export type New = 'duty' | 'patrol' | 'tip' | 'round' | 'finding' | 'measure';
export type Channel = 'phone' | 'online' | 'letter' | 'visit' | 'warden' | 'other';
export type NoYield = 'nothing' | 'lookalike' | 'duplicate' | 'handed_over' | 'vague' | 'other';
export type Rung = 'notice' | 'rectify' | 'talk' | 'listed';

/** An entry: who said it when, and what whoever is logged in may do about it. */
export interface Line {
  readonly entry: string;
  readonly at: string;
  readonly season: number;
  readonly person: string;
  readonly unit: string;
  readonly signed: boolean;
  readonly offers: readonly Act[];
}

export interface Listed {
  readonly season: number;
  readonly seasons: readonly number[];
  readonly may: readonly New[];
}

/** A letter of responsibility. */
export interface DutyLine extends Line {
  readonly district: string;
  readonly household: string | null;
  /** Who answers for it. */
  readonly answers: string;
  readonly post: string | null;
  readonly letter: string | null;
  readonly signed_on: string | null;
  /** Whether no other letter has taken its place. */
  readonly stands: boolean;
}

export interface Duties extends Listed {
  readonly total: number;
  readonly duties: readonly DutyLine[];
}

export interface PatrolLine extends Line {
  readonly on: string;
  readonly district: string | null;
  readonly crew: string | null;
  readonly people: number;
  readonly vehicles: number;
  readonly area_m2: number | null;
  readonly walked_m2: number | null;
  readonly track_m: number | null;
  readonly zero: boolean;
  readonly note: string | null;
  readonly seeds: string | null;
  readonly publicity: string | null;
  readonly sites: readonly string[];
}

export interface Patrols extends Listed {
  readonly total: number;
  readonly patrols: readonly PatrolLine[];
}

export interface ClosedLine extends Line {
  readonly reason: NoYield;
  readonly note: string | null;
}

export interface RewardLine extends Line {
  readonly fen: number;
  readonly paid: boolean;
}

export interface TipLine extends Line {
  readonly channel: Channel;
  readonly text: string | null;
  readonly district: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly sealed: string | null;
  readonly sites: readonly string[];
  readonly closed: ClosedLine | null;
  readonly rewards: readonly RewardLine[];
}

export interface Tips extends Listed {
  readonly total: number;
  readonly tips: readonly TipLine[];
}

export interface SettledLine extends Line {
  readonly reason: string;
}

export interface RoundLine extends Line {
  readonly name: string;
  readonly on: string;
  readonly until: string | null;
  readonly team: readonly string[];
  readonly districts: readonly string[];
  readonly sites: readonly string[];
  readonly ledgers: number;
  readonly note: string | null;
  readonly findings: number;
  readonly open: number;
}

export interface FindingLine extends Line {
  readonly round: string | null;
  readonly round_name: string | null;
  readonly district: string;
  readonly site: string | null;
  readonly text: string;
  readonly due: string | null;
  readonly overdue_days: number | null;
  readonly settled: SettledLine | null;
}

export interface MeasureLine extends Line {
  readonly rung: Rung;
  readonly district: string;
  readonly reason: string;
  readonly finding: string | null;
  readonly due: string | null;
  readonly overdue_days: number | null;
  readonly paper: string | null;
  readonly settled: SettledLine | null;
}

export interface Supervision extends Listed {
  readonly rounds: readonly RoundLine[];
  readonly findings: readonly FindingLine[];
  readonly measures: readonly MeasureLine[];
}

/** What is sent: fields that are not there are left out. */
export type Fields = Readonly<Record<string, unknown>>;

const below = (registry: string, rest: string): string => `/api/registries/${encodeURIComponent(registry)}/${rest}`;
const listed = <T>(list: string) => (registry: string, season: number | null): Promise<T> =>
  get(below(registry, season === null ? list : `${list}?season=${season}`));

export const duties = (registry: string, season: number | null, district: string): Promise<Duties> => {
  const query = new URLSearchParams({ ...(season === null ? {} : { season: String(season) }), ...(district ? { district } : {}) });
  return get(below(registry, `duties?${query}`));
};
export const patrols = listed<Patrols>('patrols');
export const tips = listed<Tips>('tips');
export const supervision = listed<Supervision>('supervision');

/** The ground that the patrols of the latest season walked, as GeoJSON. */
export const walked = (registry: string): Promise<object> => get(below(registry, 'patrols.geojson'));

export type Kind = 'duties' | 'patrols' | 'tips' | 'rounds' | 'findings' | 'measures';
export const record = (registry: string, kind: Kind, fields: Fields): Promise<{ readonly season: number }> => send('POST', below(registry, kind), fields);

interface Added {
  readonly sites: readonly { readonly id: string }[];
  readonly nearest: readonly [code: string, metres: number] | null;
}
export const addSite = (registry: string, fields: Fields): Promise<Added> => send('POST', below(registry, 'found'), fields);
export const followUp = (registry: string, entry: string, fields: Fields): Promise<unknown> =>
  send('POST', below(registry, `entries/${entry}/moves`), fields);
/** The paper of a measure or of a finding, to print. */
export const paperAddress = (registry: string, entry: string, lang: string): string => below(registry, `entries/${entry}/paper?lang=${lang}`);
