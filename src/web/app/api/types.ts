// What the server says and takes: names as in its description under /api/openapi.json.

export type Role = 'analyst' | 'verifier' | 'eradicator' | 'acceptor' | 'supervisor';

export interface SessionNow {
  readonly person: string;
  readonly name: string;
  readonly unit: string;
  readonly unit_name?: string | null;
  readonly registry: string;
  readonly roles: readonly Role[];
  readonly idle_seconds: number;
}

export interface RegistryEntry {
  readonly id: string;
  readonly name: string;
  readonly unit: string | null;
  readonly title: string | null;
}

export interface Period {
  readonly from: string;
  readonly to: string;
}

export interface SurveyEntry {
  readonly id: string;
  readonly title: string;
  readonly scan?: string;
  readonly date: Period | null;
  readonly candidates: number;
  readonly sources: readonly string[];
  readonly hectares: number | null;
  readonly model: string | null;
  readonly registry?: string | null;
}

export type RunState = 'waiting' | 'running' | 'cancelled' | 'failed' | 'done';

export interface Run {
  readonly id: string;
  readonly title: string;
  readonly state: RunState;
  readonly done: number;
  readonly total: number | null;
  readonly rate: number | null;
  readonly seconds_left: number | null;
  readonly candidates: number | null;
  readonly stage?: string | null;
  readonly survey?: string | null;
  readonly message?: { readonly en: string; readonly zh: string } | null;
}

export interface Library {
  readonly registries: readonly RegistryEntry[];
  readonly surveys: readonly SurveyEntry[];
  readonly runs?: readonly Run[];
  /** Whether surveys are shown to nobody but those who are logged in. */
  readonly login_needed?: boolean;
}

export interface Person {
  readonly person: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly has_key: boolean;
}

export type State =
  | 'CONFIRMED' | 'ERADICATED' | 'REVISIT' | 'DISPATCHED' | 'CANDIDATE' | 'REFUTED'
  | 'SCREENED_OUT' | 'SPLIT' | 'CLOSED' | 'MERGED' | 'VOIDED';

export interface District {
  readonly code: string;
  readonly name?: string | null;
}

/** A site in a list and on the map. */
export interface SiteRow {
  readonly id: string;
  readonly state: State;
  readonly lon: number;
  readonly lat: number;
  readonly name: string | null;
  readonly season: number;
  readonly disputed: boolean;
  readonly residue: boolean;
  readonly due: string | null;
  readonly overdue_days: number | null;
  readonly crew: string | null;
  readonly kept: boolean | null;
  readonly rank: number | null;
  readonly area_m2: number | null;
  readonly district: District | null;
}

export interface Stamp {
  readonly event: string;
  readonly at: string;
  readonly actor: { readonly name: string; readonly unit: string; readonly role?: string; readonly recorder?: { readonly name: string; readonly reason: string } };
  readonly own_key: boolean;
}

export interface EvidenceFile {
  readonly name: string;
  readonly role: 'scene' | 'count' | 'after' | 'reflight' | 'document' | 'chip' | 'context' | 'coverage';
  readonly mime: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly taken?: string | null;
  readonly at_e7?: readonly [number, number] | null;
  readonly marks?: readonly string[];
  /** Where the picture is read from. */
  readonly url?: string;
}

export interface Detection {
  readonly candidate: string;
  readonly scan: string;
  readonly captured?: readonly [string, string] | null;
  readonly score_e4: number;
  readonly rank?: number | null;
}

export interface Visit {
  readonly outcome: string;
  readonly officers: readonly string[];
  readonly species?: string | null;
  readonly stage?: string | null;
  readonly count?: { readonly method: string; readonly plants: number } | null;
  readonly area_dm2?: number | null;
  readonly habitat?: string | null;
  readonly note?: string | null;
  readonly forced?: string | null;
}

export interface Eradication {
  readonly percent: number;
  readonly method?: string | null;
  readonly officers?: readonly string[];
  readonly note?: string | null;
  readonly forced?: string | null;
}

export interface Acceptance {
  readonly passed: boolean;
  readonly reason?: string | null;
  readonly note?: string | null;
  readonly forced?: string | null;
}

export type MoveName = 'screen' | 'assign' | 'visit' | 'eradicate' | 'accept' | 'reopen' | 'resolve' | 'merge' | 'split' | 'note';

export interface MoveOffer {
  readonly move: MoveName;
  readonly label: string | { readonly en: string; readonly zh: string };
  readonly needs: readonly string[];
}

/** Everything about a site. */
export interface SitePage extends SiteRow {
  readonly unit: string;
  readonly source: string;
  readonly since: string;
  readonly habitat: string | null;
  readonly plants: number | null;
  readonly candidate: string | null;
  readonly created: Stamp | null;
  readonly detection: Detection | null;
  readonly sightings: readonly { readonly detection: Detection; readonly meaning: string; readonly at?: string }[];
  readonly screened: readonly [boolean, string | null, Stamp] | null;
  readonly assigned: readonly [{ readonly crew: string; readonly due?: string | null }, Stamp] | null;
  readonly visits: readonly (readonly [Visit, Stamp])[];
  readonly eradications: readonly (readonly [Eradication, Stamp])[];
  readonly acceptances: readonly (readonly [Acceptance, Stamp])[];
  readonly notes: readonly (readonly [string, Stamp])[];
  readonly dispute: readonly { readonly state?: State; readonly stamp?: Stamp }[];
  readonly marks: readonly unknown[];
  readonly evidence: readonly EvidenceFile[];
  readonly place: { readonly lon_e7: number; readonly lat_e7: number; readonly outline: readonly (readonly (readonly (readonly [number, number])[])[])[] };
  readonly moves: readonly MoveOffer[];
  readonly pictures: readonly string[];
  readonly accepted_without_own_key: boolean;
}

export type Verdict = 'keep' | 'discard' | 'unsure';

export interface VerdictSaid {
  readonly person: string;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly at: string;
}

export interface QueueItem {
  readonly candidate: string;
  readonly rank: number;
  readonly score: number | null;
  readonly band: 'strong' | 'fair' | 'weak' | null;
  readonly area_m2?: number | null;
  readonly captured?: string | null;
  readonly code?: string | null;
  readonly lon: number;
  readonly lat: number;
  readonly verdicts: readonly VerdictSaid[];
  readonly pictures: { readonly plain: string; readonly outline: string; readonly wide: string | null; readonly before?: string | null };
  readonly audit: boolean;
}

export interface ReasonEntry {
  readonly code: string;
  readonly key: number;
  readonly en: string;
  readonly zh: string;
}

export interface Queue {
  readonly queue: readonly QueueItem[];
  readonly reasons: readonly ReasonEntry[];
  readonly done: number;
  readonly left: number;
}

export interface VerdictSent {
  readonly candidate: string;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly note?: string;
  readonly seconds: number;
}

export interface VerdictTaken {
  readonly candidate: string;
  readonly state: string;
  readonly disagreement: boolean;
}

export interface Share {
  readonly count: number;
  readonly of: number;
}

export interface CampaignRow {
  readonly code: string | null;
  readonly name: string | null;
  readonly area_km2: number | null;
  readonly searched_km2: number | null;
  readonly in_window_km2: number | null;
  readonly candidates: number;
  readonly screened: Share;
  readonly dispatched: Share;
  readonly verified: Share;
  readonly confirmed: Share;
  readonly eradicated: Share;
  readonly accepted: Share;
  readonly overdue: Share;
  readonly disputed: Share;
}

export interface Campaign {
  readonly season: number;
  readonly all: CampaignRow;
  readonly districts: readonly CampaignRow[];
  readonly patrols?: number | null;
  readonly tip_offs?: Share | null;
  readonly rounds?: number | null;
  readonly screening_minutes_per_km2?: number | null;
}

export interface BasemapEntry {
  readonly id: string;
  readonly title: string;
  readonly attribution: string | null;
  readonly extent: readonly [number, number, number, number] | null;
  readonly max_zoom: number | null;
}

export interface SurveySummary {
  readonly scan_id: string;
  readonly survey: string | null;
  readonly unit: string | null;
  readonly captured: Period | null;
  readonly model: { readonly name: string; readonly threshold: number };
  readonly sources: readonly SurveySource[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
  readonly totals: { readonly candidates: number; readonly searched_m2: number; readonly not_searched_m2: Readonly<Record<string, number>>; readonly tiles: number };
}

export interface SurveySource {
  readonly name: string;
  readonly gsd_cm: readonly [number, number] | null;
  readonly searched_m2: number;
  readonly captured: Period | null;
}

export interface FolderEntry {
  readonly path: string;
  readonly name: string;
  readonly images: number;
  readonly bytes: number | null;
}

export interface BundlePreview {
  readonly token: string;
  readonly preview: Readonly<Record<string, unknown>>;
}

export interface ServerEvent {
  /** `all`: something was missed, so that everything is to be asked for anew. */
  readonly kind: 'run' | 'registry' | 'bundle' | 'upload' | 'all';
  readonly run?: Run | string;
  readonly registry?: string;
}
