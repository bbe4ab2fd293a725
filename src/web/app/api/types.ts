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
  readonly utc_offset_minutes: number;
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
}

export type Phase = 'opening' | 'scoring' | 'verifying' | 'writing' | 'done' | 'partly' | 'stopped' | 'failed';

export interface Explained {
  readonly message: { readonly en: string; readonly zh: string };
  readonly remedy?: { readonly en: string; readonly zh: string } | null;
}

/** How a scan stands that was started from a page. */
export interface Run {
  readonly run: string;
  readonly name: string;
  readonly survey: string | null;
  readonly phase: Phase;
  readonly tiles: number;
  readonly tiles_done: number;
  readonly tiles_before: number;
  readonly per_second: number | null;
  readonly seconds_left: number | null;
  readonly candidates: number;
  readonly remarks: readonly Explained[];
  readonly error: Explained | null;
}

export interface Library {
  readonly registries: readonly RegistryEntry[];
  readonly surveys: readonly SurveyEntry[];
  readonly runs?: readonly Run[];
  /** Whether surveys are shown to nobody but those who are logged in. */
  readonly login_needed?: boolean;
  /** Whether a registry was there before whose disk is gone. */
  readonly unplugged?: boolean;
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

/** A site in a list and on the map. */
export interface SiteRow {
  readonly id: string;
  readonly state: State;
  readonly lon: number;
  readonly lat: number;
  readonly name: string | null;
  readonly season: number;
  readonly disputed: boolean;
  readonly due: string | null;
  readonly overdue_days: number | null;
  readonly crew: string | null;
  readonly kept: boolean | null;
  readonly rank: number | null;
  /** The code of the district. */
  readonly district: string | null;
}

export interface SiteCollection {
  readonly features: readonly { readonly geometry: { readonly coordinates: readonly [number, number] }; readonly properties: Omit<SiteRow, 'lon' | 'lat'> }[];
}

interface Both {
  readonly en: string;
  readonly zh: string;
}

export type EvidenceRole = 'scene' | 'count' | 'after' | 'reflight' | 'document' | 'chip' | 'context' | 'coverage';

export interface Picture {
  readonly url: string;
  readonly role: EvidenceRole;
  readonly name: string;
  readonly taken_at: string | null;
  /** First and last day of the flight that it is a chip of. */
  readonly captured: readonly [string, string] | null;
  readonly marks: readonly Both[];
}

export interface HistoryLine {
  readonly entry: string;
  readonly at: string;
  readonly person: string;
  readonly unit: string;
  readonly signed: boolean;
  readonly kind: Both;
  readonly text: Both;
}

/** A move that another contradicts. */
export interface DisputedMove {
  readonly state: State;
  readonly kind: string;
  readonly stamp: { readonly at: string; readonly actor: { readonly name: string; readonly unit: string }; readonly own_key: boolean };
}

export type MoveName = 'screen' | 'assign' | 'visit' | 'eradicate' | 'accept' | 'reopen' | 'resolve' | 'merge' | 'split' | 'note';

export interface MoveOffer {
  readonly move: MoveName;
  readonly label: Both;
  readonly needs: readonly string[];
}

/** Everything about a site. */
export interface SitePage extends Omit<SiteRow, 'district'> {
  readonly unit: string;
  readonly source: string;
  readonly area_m2: number | null;
  readonly residue: boolean;
  readonly habitat: string | null;
  readonly plants: number | null;
  readonly candidate: string | null;
  readonly district: { readonly code: string; readonly names: readonly (readonly [code: string, name: string])[] } | null;
  readonly dispute: readonly DisputedMove[];
  readonly eradications: readonly unknown[];
  readonly accepted_without_own_key: boolean;
  readonly geometry: object;
  readonly history: readonly HistoryLine[];
  readonly moves: readonly MoveOffer[];
  readonly pictures: readonly Picture[];
  /** Entries of others that wait for a second person, and are not shown. */
  readonly waits_for_second: number;
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
  readonly rank: number | null;
  /** Its rank by what was learnt from verdicts. */
  readonly rank_learnt?: number | null;
  /** Why it stands where it does in the list; not known of what this person has said something of. */
  readonly why?: 'best' | 'uncertain' | 'random' | 'audit' | null;
  readonly score: number | null;
  readonly band: 'strong' | 'fair' | 'weak' | null;
  readonly area_m2?: number | null;
  readonly captured?: string | null;
  readonly code?: string | null;
  readonly lon: number;
  readonly lat: number;
  readonly verdicts: readonly VerdictSaid[];
  readonly pictures: { readonly plain: string | null; readonly outline: string | null; readonly wide: string | null };
  /** Metres along the side of a square that shows it with some ground around it. */
  readonly ground_m: number | null;
  readonly audit: boolean;
  /** How many others have given a verdict that waits for a second, and is not shown. */
  readonly waits_for_second: number;
  /** Whether this person has nothing more to say of it. */
  readonly done: boolean;
  readonly mine: Verdict | 'withdrawn' | null;
  readonly disagreement: boolean;
}

export interface ReasonEntry {
  readonly code: string;
  readonly key: number;
  readonly en: string;
  readonly zh: string;
}

/** How a candidate stands now. */
export type CandidateNow = Pick<QueueItem, 'candidate' | 'verdicts' | 'audit' | 'waits_for_second' | 'done' | 'mine' | 'disagreement' | 'rank_learnt'>;

/** How many of some candidates, at least and at most, in nine of ten cases. */
export interface Expected {
  readonly of: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Where screening of a season stands. */
export interface Outlook {
  readonly season: number;
  readonly may_miss: number;
  readonly open: number;
  readonly word: 'may_stop' | 'go_on' | 'no_audit' | 'changed';
  readonly audit: { readonly most_left: number; readonly most_missed: number | null; readonly needed: number | null } | null;
  readonly prospects: { readonly undecided: { readonly of: number; readonly kept: Expected | null; readonly real: Expected | null } };
}

export interface Queue {
  /** The first to be looked at first. */
  readonly queue: readonly QueueItem[];
  readonly season?: number | null;
  /** This person's place among those who screen this list now, from 0. */
  readonly seat: number;
  /** Who else does. */
  readonly others: readonly string[];
  readonly reasons: readonly ReasonEntry[];
  readonly done: number;
  readonly left: number;
  /** Candidates of the scan that this registry does not know. */
  readonly unrecorded: number;
  readonly minutes_per_km2: number | null;
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
  readonly state: State;
  readonly disagreement: boolean;
  readonly awaits_second?: boolean;
}

/** What became of a move. */
export interface MoveTaken {
  /** It is the word of one of two, and decides when the second says the same. */
  readonly awaits_second: boolean;
}

export interface Share {
  readonly count: number;
  readonly of: number;
}

/** How far sites have come. */
export interface Process {
  readonly sites: number;
  /** Found by a scan. */
  readonly candidates: Share;
  /** Decided at the desk, of those. */
  readonly screened: Share;
  readonly screened_out: Share;
  readonly dispatched: Share;
  readonly verified: Share;
  readonly confirmed: Share;
  readonly eradicated: Share;
  readonly accepted: Share;
  readonly recurring: Share;
  readonly disputed: Share;
}

export interface DistrictStands {
  readonly code: string;
  readonly name: string | null;
  readonly area_m2: number | null;
  readonly searched_m2: number | null;
  readonly in_window_m2: number | null;
  /** Walked or reported by patrols; the ground of each counts once. */
  readonly patrolled_m2: number | null;
  readonly patrols: number;
  readonly zero_reports: number;
  readonly people: number;
  readonly vehicles: number;
  readonly process: Process;
  readonly overdue: number;
  readonly open: number;
}

/** A table of the reports, every cell as it is read there. */
export interface FigureTable {
  readonly id: string;
  readonly title: string;
  /** What is counted of what. */
  readonly note: string;
  readonly columns: readonly string[];
  /** Which columns hold figures and no words. */
  readonly figures: readonly boolean[];
  readonly rows: readonly (readonly string[])[];
  readonly summed: boolean;
  /** The column of sentences. */
  readonly remark: number | null;
}

export interface Rate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

export type Standing = 'above' | 'as_all' | 'below' | 'insufficient';

export interface RankedDistrict {
  readonly place: number | null;
  readonly code: string;
  readonly name: string;
  readonly area_km2: number;
  /** The share of it that was searched in its window and finely enough. */
  readonly cover: number;
  readonly counted: { readonly count: number; readonly km2: number };
  readonly elsewhere: number;
  readonly rate: Rate | null;
  /** Drawn towards the rate of all. */
  readonly shrunk: number | null;
  readonly standing: Standing;
  readonly reasons: string;
}

export interface Province {
  readonly season: number;
  readonly seasons: readonly number[];
  /** The digits of the districts' codes; none where the registry knows no districts. */
  readonly level: number | null;
  readonly levels: readonly number[];
  readonly within: string;
  readonly ranks: { readonly least_cover: number; readonly mean: number | null; readonly why_none: string | null; readonly districts: readonly RankedDistrict[] };
  readonly remarks: readonly string[];
  readonly has_hot_spots: boolean;
  readonly tables: readonly FigureTable[];
}

export interface Campaign {
  readonly season: number;
  readonly seasons: readonly number[];
  readonly on: string;
  readonly process: Process;
  readonly overdue: number;
  readonly open: number;
  /** Overdue sites of other seasons. */
  readonly overdue_elsewhen: number;
  readonly flights: number;
  readonly patrols: number;
  readonly districts: readonly DistrictStands[];
}

/** A layer of tiles: a base map of the office, or imagery of a survey. */
export interface TileLayerEntry {
  readonly id: string;
  readonly title: string;
  readonly attribution?: string | null;
  readonly extent: readonly [number, number, number, number] | null;
  readonly max_zoom: number | null;
  /** A digest of what it is drawn from: with it in the address, a tile never changes. */
  readonly version?: string;
  /** The host on a network that is asked for its tiles; absent where they lie on the server's own machine. */
  readonly host?: string;
  /** What is wrong with that host, as far as it was asked last. */
  readonly trouble?: Explained;
}

export interface SurveySummary {
  readonly scan_id: string;
  readonly survey: string | null;
  readonly unit: string | null;
  readonly captured: Period | null;
  readonly model: { readonly name: string; readonly threshold: number };
  readonly sources: readonly SurveySource[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
  readonly totals: { readonly candidates: number; readonly set_aside: number; readonly searched_m2: number; readonly not_searched_m2: Readonly<Record<string, number>>; readonly tiles: number };
}

export interface SurveySource {
  readonly name: string;
  readonly gsd_cm: readonly [number, number] | null;
  readonly searched_m2: number;
  readonly captured: Period | null;
}

/** Something that could be scanned, by its way below the served folder. */
export interface FolderEntry {
  readonly path: string;
  readonly folder: boolean;
  readonly files: number;
  readonly bytes: number;
}

/** A file that could be a boundary. */
export interface BoundaryEntry {
  readonly path: string;
  readonly bytes: number;
}

/** A flight over a place. */
export interface FlightEntry {
  readonly survey: string;
  readonly title: string;
  readonly captured: Period | null;
  /** Whether imagery of it is at hand that may show the place. */
  readonly shown: boolean;
}

export interface Uploaded {
  readonly upload: string;
  readonly name: string;
  /** Its way below the served folder. */
  readonly path: string;
  readonly bytes: number;
}

export interface KindCount {
  readonly kind: Both;
  readonly count: number;
}

/** What would become of a site. */
export interface SiteChange {
  readonly code: string;
  readonly name: string | null;
  readonly district: string | null;
  /** None where the site is new. */
  readonly before: State | null;
  readonly after: State | null;
  readonly new_dispute: boolean;
  readonly kinds: readonly KindCount[];
}

export interface BundlePreview {
  readonly unit: string;
  readonly device: string;
  readonly created_at: string;
  readonly part: readonly [number, number];
  readonly encrypted: boolean;
  readonly files: number;
  readonly new_events: number;
  readonly known_events: number;
  /** New entries that would not be followed. */
  readonly refused: number;
  /** Entries that are followed now and would not be any more. */
  readonly overturned: number;
  readonly kinds: readonly KindCount[];
  readonly new_sites: number;
  readonly changed_sites: number;
  /** The first of them. */
  readonly sites: readonly SiteChange[];
}

export interface BundleShown {
  readonly token: string;
  readonly preview: BundlePreview;
}

export interface BundleTaken {
  readonly new_events: number;
  readonly known_events: number;
  readonly refused: number;
  readonly overturned: number;
  readonly gaps: number;
  readonly forks: number;
  readonly missing_files: number;
  readonly whole: boolean;
  /** The signed answer to the other office. */
  readonly receipt: object;
}

export interface ServerEvent {
  /** `all`: something was missed, so that everything is to be asked for anew. */
  readonly kind: 'run' | 'registry' | 'bundle' | 'upload' | 'all';
  readonly run?: Run;
  readonly registry?: string;
  /** Of which something was said. */
  readonly candidate?: string;
}
