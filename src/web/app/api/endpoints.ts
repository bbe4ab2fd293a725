// Every address of the server that the pages use, one function each.
import type { Order } from '../pages/survey/order';
import { get, send } from './request';
import type {
  BoundaryEntry, BundleShown, BundleTaken, Campaign, CandidateNow, FigureTable, FlightEntry, FolderEntry, Library, Outlook, Person, Province, Queue, Run, SessionNow, SiteCollection,
  MoveTaken, SitePage, SiteRow, SurveySummary, TileLayerEntry, Uploaded, VerdictSent, VerdictTaken,
} from './types';

const part = encodeURIComponent;

export const whoIsHere = (): Promise<SessionNow> => get('/api/session');
export const login = (registry: string, person: string, passphrase: string): Promise<SessionNow> =>
  send('POST', '/api/login', { registry, person, passphrase });
export const logout = (): Promise<unknown> => send('POST', '/api/logout');

export const library = (): Promise<Library> => get('/api/library');
export const people = (registry: string): Promise<Person[]> => get(`/api/registries/${part(registry)}/people`);

export const sites = async (registry: string, query: URLSearchParams): Promise<SiteRow[]> => {
  const found = await get<SiteCollection>(`/api/registries/${part(registry)}/sites.geojson?${query}`);
  return found.features.map(({ geometry: { coordinates: [lon, lat] }, properties }) => ({ ...properties, lon, lat }));
};
/** Where some of the sites are, for a map that has nothing else to begin at. */
export const someSites = async (registry: string): Promise<[number, number][]> => {
  const found = await get<{ sites: readonly { lon: number; lat: number }[] }>(`/api/registries/${part(registry)}/sites?limit=200`);
  return found.sites.map(({ lon, lat }) => [lon, lat]);
};
export const crews = (registry: string): Promise<string[]> => get(`/api/registries/${part(registry)}/crews`);
export const recordScan = (registry: string, survey: string): Promise<unknown> =>
  send('POST', `/api/registries/${part(registry)}/record`, { survey });
export const site = (registry: string, code: string): Promise<SitePage> =>
  get(`/api/registries/${part(registry)}/sites/${part(code)}`);
export const move = (registry: string, code: string, fields: Readonly<Record<string, unknown>>): Promise<MoveTaken> =>
  send('POST', `/api/registries/${part(registry)}/sites/${part(code)}/moves`, fields);
export const assign = (registry: string, codes: readonly string[], crew: string, due: string | null, isNew = false): Promise<unknown> =>
  send('POST', `/api/registries/${part(registry)}/assign`, { codes, crew, due, new_crew: isNew });
export const districtsAddress = (registry: string): string => `/api/registries/${part(registry)}/districts.geojson`;

const screening = (registry: string, survey: string): string => `/api/registries/${part(registry)}/screening/${part(survey)}`;
export const queue = (registry: string, survey: string): Promise<Queue> => get(screening(registry, survey));
/** Where screening of a season stands. */
export const outlook = (registry: string, season: number): Promise<Outlook> => get(`/api/registries/${part(registry)}/screening?season=${season}`);
/** Draws a random audit of what nobody has decided on. */
export const drawAudit = (registry: string, season: number): Promise<Outlook> => send('POST', `/api/registries/${part(registry)}/audits`, { season });
/** How candidates stand now, all where none is named. */
export const standing = (registry: string, survey: string, candidates: readonly string[]): Promise<CandidateNow[]> =>
  get(`${screening(registry, survey)}/cards?of=${candidates.map(part).join(',')}`);
export const giveVerdict = (registry: string, survey: string, verdict: VerdictSent): Promise<VerdictTaken> =>
  send('POST', `${screening(registry, survey)}/verdicts`, verdict);
export const undoVerdict = (registry: string, survey: string, candidate: string): Promise<VerdictTaken> =>
  send('POST', `${screening(registry, survey)}/verdicts/undo`, { candidate });

const ofSurvey = (survey: string, rest: string): string => `/api/surveys/${part(survey)}${rest}`;
export const survey = (id: string): Promise<SurveySummary> => get(ofSurvey(id, ''));
export const candidatesAddress = (id: string): string => ofSurvey(id, '/candidates.geojson');
export const setAsideAddress = (id: string): string => ofSurvey(id, '/set_aside.geojson');
export const coverageAddress = (id: string): string => ofSurvey(id, '/coverage.geojson');
export const pictureAddress = (id: string, file: string): string => ofSurvey(id, `/pictures/${part(file)}`);
export const imageryOf = (id: string): Promise<TileLayerEntry[]> => get(`/api/tiles/${part(id)}`);
export const tileAddress = (id: string, layer: TileLayerEntry): string =>
  `/api/tiles/${part(id)}/${part(layer.id)}/{z}/{x}/{y}.jpg${layer.version ? `?v=${part(layer.version)}` : ''}`;

export const flightsAt = (lon: number, lat: number): Promise<FlightEntry[]> => get(`/api/flights?lon=${lon}&lat=${lat}`);
/** A square of ground as a survey's imagery shows it, north up. */
export const groundAddress = (survey: string, lon: number, lat: number, metres: number): string =>
  ofSurvey(survey, `/ground?lon=${lon}&lat=${lat}&metres=${metres.toFixed(1)}`);

export const boundaries = (): Promise<BoundaryEntry[]> => get('/api/boundaries');
/** Where imagery lies: west, south, east, north; nothing where no file says it. */
export const extentOfImagery = (path: string): Promise<[number, number, number, number] | null> => get(`/api/extent?path=${part(path)}`);
export const folders = (): Promise<FolderEntry[]> => get('/api/folders');
export const startSurvey = (order: Order): Promise<Run> => send('POST', '/api/surveys', order);
export const run = (id: string): Promise<Run> => get(`/api/runs/${part(id)}`);
export const cancelRun = (id: string): Promise<Run> => send('DELETE', `/api/runs/${part(id)}`);
export const upload = (file: File, folder?: string): Promise<Uploaded> =>
  send('PUT', `/api/uploads/${part(file.name)}${folder ? `?folder=${part(folder)}` : ''}`, file);

export const basemaps = (): Promise<TileLayerEntry[]> => get('/api/basemap');
export const basemapAddress = (layer: TileLayerEntry): string =>
  `/api/basemap/${part(layer.id)}/{z}/{x}/{y}${layer.version ? `?v=${part(layer.version)}` : ''}`;

export const campaign = (registry: string, season: string | null): Promise<Campaign> =>
  get(`/api/registries/${part(registry)}/campaign${season ? `?season=${part(season)}` : ''}`);
export const work = (registry: string, season: number, lang: string): Promise<FigureTable[]> =>
  get(`/api/registries/${part(registry)}/campaign/work?season=${season}&lang=${lang}`);
export const province = (registry: string, query: URLSearchParams): Promise<Province> => get(`/api/registries/${part(registry)}/province?${query}`);
export type ProvinceLayer = 'ground' | 'hot_spots' | 'targets';
export const provinceLayer = (registry: string, layer: ProvinceLayer, query: URLSearchParams): Promise<object> =>
  get(`/api/registries/${part(registry)}/province/${layer}.geojson?${query}`);
export const reportAddress = (registry: string, kind: 'county' | 'province', lang: string, season: number | null = null): string =>
  `/api/registries/${part(registry)}/report/${kind}?lang=${lang}${season === null ? '' : `&season=${season}`}`;

/** Fails where an address does not answer, with what the server says; what it answers is not fetched. */
export const answers = async (address: string): Promise<void> => {
  const answer = await fetch(address, { credentials: 'same-origin', cache: 'no-store' }).catch(() => null);
  if (answer?.ok) await answer.body?.cancel();
  else await get(address);
};

/** Under a passphrase, where the bundle is encrypted to one. */
const unlocking = (passphrase: string): Record<string, string> => (passphrase ? { 'X-Papaver-Passphrase': passphrase } : {});
export const previewBundle = (registry: string, file: File, passphrase: string): Promise<BundleShown> =>
  send('POST', `/api/registries/${part(registry)}/bundles?name=${part(file.name)}`, file, unlocking(passphrase));
export const applyBundle = (registry: string, token: string, name: string, passphrase: string): Promise<BundleTaken> =>
  send('POST', `/api/registries/${part(registry)}/bundles/${part(token)}/apply?name=${part(name)}`, {}, unlocking(passphrase));
