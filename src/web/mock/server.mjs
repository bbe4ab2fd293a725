// Stands in for the program while its pages are written and their layout is tried: the built pages, and answers of the shape
// that the program gives, from a made-up county. It records nothing.
//   node mock/server.mjs [PORT] [--candidates N] [--sites N] [--results FOLDER-OF-A-SCAN] [--learnt yes]
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as data from './data.mjs';
import * as ledger from './ledger.mjs';
import { picture } from './picture.mjs';

const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const port = Number(process.argv[2] ?? 8421);
const results = argument('results', null);
const built = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.jpg': 'image/jpeg', '.json': 'application/json', '.geojson': 'application/geo+json' };
const POLICY = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const chips = results && existsSync(join(results, 'chips')) ? readdirSync(join(results, 'chips')).filter((name) => /^[^-]+\.jpg$/.test(name)).map((name) => name.slice(0, -4)) : [];
const pictures = {
  name: (index) => `${chips[index % chips.length] ?? 'MADEUP'}${index < Math.max(1, chips.length) ? '' : index}`,
  of: (index, suffix) => (chips.length ? `/api/surveys/s1/pictures/${chips[index % chips.length]}${suffix}.jpg?of=${index}` : `/mock/picture.png?of=${index}${suffix}`),
};
const all = data.sites(Number(argument('sites', 400)));
const shipped = data.queue(Number(argument('candidates', chips.length || 200)), pictures);
const queue = argument('learnt', null) ? data.learnt(shipped) : shipped;
let drawn = false;
const figures = data.campaign();
let session = null;
const verdicts = new Map();
const run = { run: 'r1', name: '五月航测', survey: null, phase: 'scoring', tiles: 1240, tiles_done: 312, tiles_before: 0, per_second: 32.8, seconds_left: 1690, candidates: 5, remarks: [{ code: 'input', message: { en: 'DJI_0007.JPG does not say where it was taken', zh: 'DJI_0007.JPG 没有拍摄位置' }, remedy: { en: 'copy it from the card again', zh: '请从存储卡重新复制' } }], error: null };

const both = (en, zh) => ({ en, zh });
const refuse = (status, code, message, remedy = null) => ({ status, body: { error: { message, remedy, code } } });
const now = (item) => ({ ...item, verdicts: [...item.verdicts, ...(verdicts.has(item.candidate) ? [verdicts.get(item.candidate)] : [])], done: verdicts.has(item.candidate), mine: verdicts.get(item.candidate)?.person === session?.name ? verdicts.get(item.candidate)?.verdict ?? null : null });
const earlier = { id: 's0', title: '秋季航测', date: { from: '2025-10-03', to: '2025-10-03' }, candidates: 0, sources: ['autumn.tif'], hectares: 103.04, model: 'papaver (built-in)' };
const survey = () => ({ id: 's1', title: '五月航测', date: { from: '2026-05-03', to: '2026-05-03' }, candidates: queue.length, sources: ['ortho.tif'], hectares: 103.04, model: 'papaver (built-in)' });

async function scan(name) {
  if (results) return { raw: await readFile(join(results, name)), type: TYPES[extname(name)] };
  if (name === 'scan.json') return { scan_id: 'x', survey: '五月航测', unit: '410423', captured: { from: '2026-05-03', to: '2026-05-03' }, model: { name: 'papaver (built-in)', threshold: 0.32 }, sources: [], refused: [], totals: { candidates: 0, set_aside: 0, searched_m2: 10304.25, not_searched_m2: { outside_boundary: 1695.73 }, tiles: 72 } };
  return name === 'coverage.geojson' ? data.coverage() : { type: 'FeatureCollection', features: [] };
}

function filtered(query) {
  const wanted = (name) => query.get(name) === 'true';
  return all.filter((row) => (!query.get('state') || query.get('state').split(',').includes(row.state)) && (!query.get('season') || row.season === Number(query.get('season')))
    && (!query.get('due_within') || (row.due && row.due <= `2026-05-${String(8 + Number(query.get('due_within'))).padStart(2, '0')}`)) && (!query.get('text') || JSON.stringify(row).includes(query.get('text')))
    && (!wanted('overdue') || row.overdue_days) && (!wanted('kept') || row.kept) && (!wanted('disputed') || row.disputed) && (!wanted('open') || row.due)
    && (!query.get('district') || row.district.startsWith(query.get('district'))) && (!query.get('crew') || row.crew === query.get('crew')));
}

const corner = (index) => [112.55 + (index % 4) * 0.22, 33.55 + Math.floor(index / 4) * 0.17];

function districtLines() {
  const features = data.DISTRICTS.map(({ code, name }, index) => {
    const [west, south] = corner(index);
    return { type: 'Feature', properties: { code, name }, geometry: { type: 'Polygon', coordinates: [[[west, south], [west + 0.22, south], [west + 0.22, south + 0.17], [west, south + 0.17], [west, south]]] } };
  });
  return { type: 'FeatureCollection', features };
}

const ROUTES = [
  ['GET', /^\/api\/session$/, () => session ?? refuse(401, 'not_logged_in', both('nobody is logged in', '尚未登录'))],
  ['POST', /^\/api\/login$/, (_, __, body) => {
    const person = data.PEOPLE.find((one) => one.person === body.person);
    if (body.passphrase !== 'correct') return refuse(403, 'passphrase', both('the passphrase does not open the key', '口令无法解开密钥'), both('type it again; a lost one is replaced by a supervisor', '请重新输入；遗失的由主管登记后另行生成'));
    return (session = { person: person.name, name: person.name, unit: '410423', registry: body.registry, roles: person.roles, idle_seconds: 1800, utc_offset_minutes: 480 });
  }],
  ['POST', /^\/api\/logout$/, () => { session = null; return {}; }],
  ['GET', /^\/api\/library$/, () => ({ registries: [{ id: 'k1', name: '410423.papaver', unit: '410423', title: '鲁山县' }], surveys: [earlier, survey()], runs: [run], login_needed: false })],
  ['GET', /^\/api\/registries\/k1\/people$/, () => data.PEOPLE],
  ['GET', /^\/api\/registries\/k1\/sites\.geojson$/, (_, query) => ({ type: 'FeatureCollection', features: filtered(query).map(({ lon, lat, ...properties }) => ({ type: 'Feature', id: properties.id, geometry: { type: 'Point', coordinates: [lon, lat] }, properties })) })],
  ['GET', /^\/api\/registries\/k1\/crews$/, () => ['一组', '二组', '三组']],
  ['GET', /^\/api\/registries\/k1\/sites\/([^/]+)$/, ([code]) => {
    const row = all.find((one) => one.id === code);
    return row ? data.sitePage(row, (role, _, more = 0) => pictures.of(role.length + more, role === 'chip' ? '' : '-context')) : refuse(404, 'unknown_site', both(`there is no site ${code}`, `没有图斑 ${code}`));
  }],
  ['POST', /^\/api\/registries\/k1\/sites\/([^/]+)\/moves$/, (_, __, body) => (body.move === 'visit' ? refuse(409, 'lacks', both('two officers and a photograph of the scene are needed', '需要两名核查人员和现场照片'), both('name the second officer, add the photograph', '请填写第二名核查人员并添加照片')) : {})],
  ['POST', /^\/api\/registries\/k1\/assign$/, (_, __, body) => { for (const row of all) if (body.codes.includes(row.id)) Object.assign(row, { crew: body.crew, state: 'DISPATCHED' }); return {}; }],
  ['GET', /^\/api\/registries\/k1\/screening\/s1$/, () => ({ queue: queue.map(now), seat: 0, others: [], reasons: data.REASONS, done: verdicts.size, left: queue.length - verdicts.size, unrecorded: 0, minutes_per_km2: 1.4, season: 2026 })],
  ['GET', /^\/api\/registries\/k1\/screening$/, (_, query) => data.outlook(Number(query.get('season')), queue.length - verdicts.size, drawn)],
  ['POST', /^\/api\/registries\/k1\/audits$/, (_, __, body) => { drawn = true; return data.outlook(body.season, queue.length - verdicts.size, drawn); }],
  ['GET', /^\/api\/registries\/k1\/screening\/s1\/cards$/, (_, query) => queue.filter(({ candidate }) => !query.get('of') || query.get('of').split(',').includes(candidate)).map(now)],
  ['POST', /\/screening\/s1\/verdicts$/, (_, __, body) => {
    verdicts.set(body.candidate, { person: session.name, verdict: body.verdict, reason: body.reason ?? null, at: '2026-05-04T10:00:00+08:00' });
    const others = queue.find((item) => item.candidate === body.candidate).verdicts;
    return { candidate: body.candidate, state: 'CANDIDATE', disagreement: others.some((said) => said.verdict !== body.verdict) };
  }],
  ['POST', /\/verdicts\/undo$/, (_, __, body) => { verdicts.delete(body.candidate); return { candidate: body.candidate, state: 'CANDIDATE', disagreement: false }; }],
  ['GET', /^\/api\/surveys\/s1$/, () => scan('scan.json')],
  ['GET', /^\/api\/surveys\/s1\/(candidates|coverage)\.geojson$/, ([name]) => scan(`${name}.geojson`)],
  ['GET', /^\/api\/surveys\/s1\/pictures\/([\w-]+\.jpg)$/, async ([name]) => ({ raw: await readFile(join(results, 'chips', name)), type: 'image/jpeg' })],
  ['GET', /^\/api\/registries\/k1\/districts\.geojson$/, districtLines],
  ['GET', /^\/api\/registries\/k1\/campaign$/, (_, query) => ({ ...figures, season: Number(query.get('season') ?? figures.season) })],
  ['GET', /^\/api\/registries\/k1\/campaign\/work$/, () => data.work()],
  ['GET', /^\/api\/registries\/k1\/(duties|patrols|tips|supervision)$/, ([list], query) => ledger.listed(list, Number(query.get('season') ?? 2026), session.roles, query.get('district'))],
  ['GET', /^\/api\/registries\/k1\/patrols\.geojson$/, () => ledger.walked()],
  ['POST', /^\/api\/registries\/k1\/(duties|patrols|tips|rounds|findings|measures)$/, ([kind], _, body) => ledger.recorded(kind, body, session.name)],
  ['POST', /^\/api\/registries\/k1\/found$/, (_, __, body) => (Math.abs(body.place[1]) > 90 ? refuse(400, 'unclear', both('place: this value cannot be used', 'place：该值无法使用'), both('longitude, then latitude in degrees (WGS 84)', '先经度后纬度（WGS 84，度）')) : ledger.found(body))],
  ['POST', /^\/api\/registries\/k1\/entries\/(\w+)\/moves$/, ([entry], _, body) => ledger.followed(entry, body, session.name)],
  ['GET', /^\/api\/registries\/k1\/sites$/, () => ({ total: all.length, offset: 0, sites: all.slice(0, 200) })],
  ['GET', /^\/api\/registries\/k1\/province$/, (_, query) => data.province(Number(query.get('season') ?? 2026))],
  ['GET', /^\/api\/registries\/k1\/province\/(\w+)\.geojson$/, ([name]) => data.provinceLayer(name, corner)],
  ['POST', /^\/api\/registries\/k1\/bundles$/, () => ({ token: 't1', preview: data.bundle(all) })],
  ['POST', /\/bundles\/t1\/apply$/, () => ({ new_events: 128, known_events: 4, refused: 0, overturned: 0, gaps: 0, forks: 0, missing_files: 0, whole: true, receipt: { format: 'papaver.receipt/1', have: {}, signature: '00' } })],
  ['GET', /^\/api\/basemap$/, () => []],
  ['GET', /^\/api\/flights$/, () => [earlier, survey()].map(({ id, title, date }) => ({ survey: id, title, captured: date, shown: true }))],
  ['GET', /^\/api\/surveys\/(s[01])\/ground$/, ([id], query) => ({ raw: picture(`${id}${query.get('lon')}${query.get('lat')}`), type: 'image/png' })],
  ['GET', /^\/api\/boundaries$/, () => [{ path: 'village/boundary.geojson', bytes: 412 }]],
  ['GET', /^\/api\/extent$/, () => [113.9307, 28.2521, 113.9319, 28.253]],
  ['GET', /^\/api\/folders$/, () => [{ path: 'flights/2026-05-03', folder: true, files: 412, bytes: 3_812_000_000 }, { path: 'village/ortho.tif', folder: false, files: 1, bytes: 3_700_000 }]],
  ['POST', /^\/api\/surveys$/, () => Object.assign(run, { phase: 'scoring' })],
  ['GET', /^\/api\/runs\/r1$/, () => run],
  ['DELETE', /^\/api\/runs\/r1$/, () => Object.assign(run, { phase: 'stopped' })],
  ['PUT', /^\/api\/uploads\/(.+)$/, ([name], query) => ({ upload: 'u1', name, path: ['inbox', query.get('folder'), name].filter(Boolean).join('/'), bytes: 1 })],
];

async function answer(request, address, body) {
  for (const [method, pattern, act] of ROUTES) {
    const found = request.method === method && pattern.exec(decodeURIComponent(address.pathname));
    if (!found) continue;
    if (method !== 'GET' && request.headers['x-papaver'] !== '1') return refuse(403, 'header', both('the header is missing', '缺少请求头'));
    if (!session && /^\/api\/registries\/(?!k1\/people$)/.test(address.pathname)) return refuse(401, 'login_needed', both('nobody is logged in', '尚未登录'));
    return act(found.slice(1), address.searchParams, body);
  }
  return refuse(404, 'not_found', both('there is no such address', '没有此地址'));
}

function write(response, status, type, body) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' });
  response.end(body);
}

createServer(async (request, response) => {
  const address = new URL(request.url, 'http://127.0.0.1');
  try {
    if (address.pathname === '/api/events') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': open\n\n');
      return;
    }
    if (address.pathname === '/mock/picture.png') return write(response, 200, 'image/png', picture(address.searchParams.get('of') ?? ''));
    if (address.pathname.startsWith('/api/')) {
      const sent = [];
      for await (const part of request) sent.push(part);
      const text = Buffer.concat(sent).toString();
      const body = /json/.test(request.headers['content-type'] ?? '') && text ? JSON.parse(text) : null;
      const said = await answer(request, address, body);
      if (said.raw) return write(response, 200, said.type, said.raw);
      return said.status && said.body ? write(response, said.status, TYPES['.json'], JSON.stringify(said.body)) : write(response, 200, TYPES['.json'], JSON.stringify(said));
    }
    const file = normalize(join(built, address.pathname === '/' ? 'index.html' : address.pathname));
    if (!file.startsWith(built)) return write(response, 404, 'text/plain', 'not found');
    return write(response, 200, TYPES[extname(file)] ?? 'application/octet-stream', await readFile(file));
  } catch (error) {
    return write(response, error.code === 'ENOENT' ? 404 : 500, 'text/plain', String(error.message));
  }
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
