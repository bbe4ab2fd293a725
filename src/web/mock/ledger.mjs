// Patrols, tip-offs and supervision of the made-up county, as long as the stand-in runs.

let number = 0;
const line = (person, at, rest) => ({ entry: `${(0xe09d0000 + (number += 7919)).toString(16)}${'0'.repeat(56)}`, at, season: Number(at.slice(0, 4)), person, unit: '410423', signed: true, ...rest });
const now = () => '2026-05-08T10:00:00+08:00';

const duties = [
  line('李伟', '2026-03-02T09:00:00+08:00', { district: '410423102', household: null, answers: '陈建国', post: '镇长', letter: '鲁禁责〔2026〕2号', signed_on: '2026-03-01', stands: true }),
  line('李伟', '2026-02-20T09:00:00+08:00', { district: '410423102', household: null, answers: '刘海', post: '副镇长', letter: null, signed_on: '2026-02-19', stands: false }),
  line('王芳', '2026-03-04T10:20:00+08:00', { district: '410423103004', household: '赵有田家', answers: '赵有田', post: null, letter: null, signed_on: '2026-03-03', stands: true }),
];
const patrols = [
  line('王芳', '2026-05-06T18:10:00+08:00', { on: '2026-05-06', district: '410423102', crew: '一组', people: 6, vehicles: 2, area_m2: null, walked_m2: 812_400, track_m: 13_540, zero: false, note: '沿二道沟至水库西岸，林缘逐块查看', seeds: '罂粟籽约 20 克', publicity: '赶集日发放宣传单 120 份', sites: ['7K3QF2-V'] }),
  line('孙丽', '2026-05-04T17:30:00+08:00', { on: '2026-05-04', district: '410423106', crew: '二组', people: 4, vehicles: 1, area_m2: 233_333, walked_m2: null, track_m: null, zero: true, note: null, seeds: null, publicity: null, sites: [] }),
];
const tips = [
  line('王芳', '2026-05-07T09:20:00+08:00', { channel: 'phone', text: '老砖窑后面的菜地里种有罂粟，约一分地，旁边搭了遮阳网', district: '410423102', lon: 112.8312, lat: 33.7421, sealed: '2026-017', sites: [], closed: null, rewards: [] }),
  line('李伟', '2026-05-02T15:02:00+08:00', { channel: 'warden', text: '村小学北侧院内', district: '410423103', lon: null, lat: null, sealed: null, sites: ['9D4RT8-B'], closed: null, rewards: [line('李伟', '2026-05-05T10:00:00+08:00', { fen: 50_000, paid: false }), line('李伟', '2026-05-06T10:00:00+08:00', { fen: 50_000, paid: true })] }),
  line('李伟', '2026-04-28T11:45:00+08:00', { channel: 'online', text: '网上发帖称山里有人种，未说明地点', district: null, lon: null, lat: null, sealed: null, sites: [], closed: line('李伟', '2026-04-29T09:00:00+08:00', { reason: 'vague', note: '多次联系未果' }), rewards: [] }),
];
const rounds = [line('李伟', '2026-05-05T18:00:00+08:00', { name: '第一轮督导', on: '2026-05-04', until: '2026-05-05', team: ['陈建国', '李伟'], districts: ['410423102', '410423103'], sites: ['7K3QF2-V'], ledgers: 5, note: '台账基本规范', findings: 2, open: 1 })];
const findings = [
  line('李伟', '2026-05-05T18:10:00+08:00', { round: rounds[0].entry, round_name: '第一轮督导', district: '410423102', site: '7K3QF2-V', text: '图斑核查超期，未上报原因', due: '2026-05-06', overdue_days: 2, settled: null }),
  line('李伟', '2026-05-05T18:20:00+08:00', { round: rounds[0].entry, round_name: '第一轮督导', district: '410423103', site: null, text: '责任书缺 3 个村', due: '2026-05-20', overdue_days: null, settled: line('李伟', '2026-05-07T16:00:00+08:00', { reason: '已补签，复核属实' }) }),
];
const measures = [line('李伟', '2026-05-07T08:30:00+08:00', { rung: 'rectify', district: '410423102', reason: '核查超期且未上报', finding: findings[0].entry, due: '2026-05-15', overdue_days: null, paper: '鲁禁办〔2026〕3号', settled: null })];

const lists = { duties, patrols, tips, rounds, findings, measures };
const OFFERS = {
  duties: () => ['void'],
  patrols: () => ['site', 'void'],
  tips: (one) => (one.closed || one.sites.length ? ['site', 'reward', 'void'] : ['site', 'close', 'reward', 'void']),
  rounds: () => ['void'],
  findings: (one) => (one.settled ? ['void'] : ['settle', 'measure', 'void']),
  measures: (one) => (one.settled ? ['void'] : ['settle', 'void']),
};
const ROLES = { duty: ['analyst', 'supervisor'], reward: ['supervisor'], settle: ['supervisor'], measure: ['supervisor'], close: ['analyst', 'supervisor'], void: ['supervisor'], round: ['analyst', 'supervisor'], finding: ['analyst', 'supervisor'] };
const may = (roles, act) => (ROLES[act] ? ROLES[act].some((role) => roles.includes(role)) : roles.length > 0);

function offered(kind, roles) {
  const own = (one) => ({ ...one, offers: OFFERS[kind](one).filter((act) => may(roles, act)), settled: one.settled && inner(one.settled), closed: one.closed && inner(one.closed), rewards: one.rewards?.map(inner) });
  const inner = (one) => ({ ...one, offers: ['void'].filter((act) => may(roles, act)) });
  return lists[kind].map(own);
}

export function listed(list, season, roles, district = null) {
  const news = { duties: ['duty'], patrols: ['patrol'], tips: ['tip'], supervision: ['round', 'finding', 'measure'] }[list].filter((act) => may(roles, act));
  const head = { season, seasons: [2026, 2025], may: news };
  const of = (kind) => offered(kind, roles).filter((one) => one.season === season && (!district || one.district?.startsWith(district)));
  if (list === 'supervision') return { ...head, rounds: of('rounds'), findings: of('findings'), measures: of('measures') };
  return { ...head, total: of(list).length, [list]: of(list) };
}

const EMPTY = {
  duties: { household: null, post: null, letter: null, signed_on: null, stands: true },
  patrols: { district: null, crew: null, area_m2: null, walked_m2: null, track_m: null, note: null, seeds: null, publicity: null, sites: [] },
  tips: { text: null, district: null, lon: null, lat: null, sealed: null, sites: [], closed: null, rewards: [] },
  rounds: { until: null, sites: [], note: null, findings: 0, open: 0 }, findings: { round_name: null, site: null, due: null, overdue_days: null, settled: null },
  measures: { finding: null, due: null, overdue_days: null, paper: null, settled: null },
};

export function recorded(kind, body, person) {
  const [lon = null, lat = null] = body.place ?? [];
  const duty = kind === 'duties' ? { answers: body.person, person } : {};
  const one = line(person, body.when ?? now(), { ...EMPTY[kind], ...body, ...(kind === 'tips' ? { lon, lat } : {}), ...duty });
  lists[kind].unshift(one);
  return { entry: one.entry, season: one.season };
}

/** Ground along two valleys, as if patrols had walked it. */
export function walked() {
  const strip = (west, south, on) => ({ type: 'Feature', properties: { season: 2026, on, crew: '一组' }, geometry: { type: 'Polygon', coordinates: [[[west, south], [west + 0.2, south + 0.06], [west + 0.2, south + 0.09], [west, south + 0.03], [west, south]]] } });
  return { type: 'FeatureCollection', features: [strip(112.7, 33.7, '2026-05-06'), strip(112.95, 33.78, '2026-05-04')] };
}

const everything = () => Object.values(lists).flat();

export function found({ of }) {
  everything().find((one) => one.entry === of)?.sites.push('5M2XK7-Q');
  return { sites: [{ id: '5M2XK7-Q' }], nearest: null, signed: true, awaits_second: false };
}

export function followed(entry, body, person) {
  const one = everything().find((each) => each.entry === entry);
  switch (body.move) {
    case 'close': one.closed = line(person, now(), { reason: body.reason, note: body.note ?? null }); break;
    case 'reward': one.rewards.push(line(person, now(), { fen: body.yuan * 100, paid: body.paid })); break;
    case 'settle': one.settled = line(person, now(), { reason: body.reason }); break;
    case 'site': one.sites.push(body.code); break;
    default: for (const list of Object.values(lists)) list.splice(0, list.length, ...list.filter((each) => each.entry !== entry));
  }
  return { entry };
}
