// A made-up county: its people, sites, candidates and figures, the same at every start.

/** Numbers that look random and are not. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const REASONS = [
  ['lookalike', 'Look-alike species', '相似植物'], ['crop', 'Crop', '农作物'], ['garden_flower', 'Garden flower', '观赏花卉'],
  ['vegetable', 'Vegetable', '蔬菜'], ['object', 'Object', '物体'], ['shadow_or_blur', 'Shadow or blur', '阴影或模糊'],
  ['duplicate', 'Duplicate', '重复'], ['other', 'Something else', '其他'],
].map(([code, en, zh], index) => ({ code, key: index + 1, en, zh }));

export const PEOPLE = [
  { person: '410423/李伟', name: '李伟', roles: ['analyst', 'supervisor'], has_key: true },
  { person: '410423/王芳', name: '王芳', roles: ['analyst', 'verifier', 'eradicator'], has_key: true },
  { person: '410423/赵强', name: '赵强', roles: ['acceptor'], has_key: true },
  { person: '410423/孙丽', name: '孙丽', roles: ['verifier'], has_key: false },
];

export const DISTRICTS = ['鲁阳街道', '下汤镇', '梁洼镇', '张官营镇', '张良镇', '尧山镇', '赵村镇', '四棵树乡', '团城乡', '熊背乡', '瓦屋镇', '观音寺乡']
  .map((name, index) => ({ code: `4104231${String(index + 1).padStart(2, '0')}`, name }));

const STATES = ['CANDIDATE', 'CANDIDATE', 'CANDIDATE', 'DISPATCHED', 'DISPATCHED', 'REVISIT', 'CONFIRMED', 'ERADICATED', 'CLOSED', 'CLOSED', 'SCREENED_OUT', 'SCREENED_OUT', 'REFUTED'];
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PLACES = ['二道沟东坡', '河湾菜地', '老砖窑后', '村小学北', '水库西岸', null, null, null];

export function sites(count) {
  const roll = dice(7);
  const code = () => Array.from({ length: 6 }, () => SYMBOLS[Math.floor(roll() * 32)]).join('') + '-' + SYMBOLS[Math.floor(roll() * 32)];
  return Array.from({ length: count }, (_, index) => {
    const state = STATES[Math.floor(roll() * STATES.length)];
    const district = DISTRICTS[Math.floor(roll() * DISTRICTS.length)];
    const open = ['CANDIDATE', 'DISPATCHED', 'REVISIT', 'CONFIRMED', 'ERADICATED'].includes(state);
    const overdue = open && roll() < 0.15 ? 1 + Math.floor(roll() * 20) : null;
    return {
      id: code(), state, lon: 112.6 + roll() * 0.75 + (roll() - 0.5) * 0.05, lat: 33.6 + roll() * 0.4, name: PLACES[Math.floor(roll() * PLACES.length)],
      season: index % 9 === 5 ? 2025 : 2026, disputed: roll() < 0.02, due: open ? `2026-05-${10 + (index % 15)}` : null, overdue_days: overdue,
      crew: open && state !== 'CANDIDATE' ? ['一组', '二组', '三组'][Math.floor(roll() * 3)] : null,
      kept: state === 'CANDIDATE' ? (roll() < 0.5 ? true : null) : null, rank: index + 1, district: district.code,
    };
  });
}

const both = (en, zh) => ({ en, zh });
const line = (person, at, kind, text) => ({ entry: `e09d${at.replace(/\D/g, '')}`, at, person, unit: '410423', signed: person !== '孙丽', kind, text });

/** What the page of a site shows, by the state that it has come to. */
export function sitePage(row, picture) {
  const reached = (...states) => states.includes(row.state);
  const visited = reached('CONFIRMED', 'ERADICATED', 'CLOSED', 'REFUTED', 'REVISIT');
  const eradicated = reached('ERADICATED', 'CLOSED');
  const file = (role, name, taken_at) => ({ name, role, taken_at, captured: role === 'chip' || role === 'context' ? ['2026-05-03', '2026-05-03'] : null, marks: role === 'scene' ? [{ en: 'taken 240 m from the site', zh: '拍摄位置距图斑 240 米' }] : [], url: picture(role, row.id) });
  const corner = (x, y) => [row.lon + x / 1e5, row.lat + y / 1e5];
  return {
    ...row, district: DISTRICTS.filter(({ code }) => code === row.district).map(({ code, name }) => ({ code, names: [[code, name]] }))[0] ?? null, unit: '410423', source: 'scan', residue: false, area_m2: 42.5, habitat: visited ? 'vegetable_garden' : null,
    plants: visited && !reached('REFUTED') ? 46 : null, candidate: 'J52YN1WDT59Y', dispute: row.disputed ? ['CONFIRMED', 'REFUTED'].map((state) => ({ state, kind: 'visit', stamp: { event: 'e1', at: '2026-05-05T09:12:00+08:00', actor: { name: state === 'CONFIRMED' ? '王芳' : '孙丽', unit: '410423', role: 'verifier' }, own_key: state === 'CONFIRMED' } })) : [], accepted_without_own_key: false,
    eradications: eradicated ? [[{ percent: 100 }, {}]] : [],
    geometry: { type: 'Polygon', coordinates: [[corner(-3, -3), corner(3, -3), corner(3, 3), corner(-3, 3), corner(-3, -3)]] },
    history: [
      line('李伟', '2026-05-04T08:30:00+08:00', both('new site', '新增图斑'), both('found by a scan, rank 1', '航测发现，排名 1')),
      line('李伟', '2026-05-04T09:00:00+08:00', both('screening', '研判'), both('kept', '保留')),
      ...(visited ? [line('王芳', '2026-05-05T09:12:00+08:00', both('visit', '核查'), both('poppy, cultivated; 46 plants; flowering', '种植罂粟；46 株；开花'))] : []),
      ...(eradicated ? [line('王芳', '2026-05-05T11:40:00+08:00', both('eradication', '铲除'), both('100 %, pulled by hand', '铲除 100%，人工拔除'))] : []),
    ],
    pictures: [file('chip', 'J52YN1WDT59Y.jpg', '2026-03-28'), ...(row.rank % 2 ? [{ ...file('chip', 'J52YN1WDT59Z.jpg', '2026-05-03'), url: picture('chip', row.id, 1) }] : []), file('context', 'J52YN1WDT59Y-context.jpg', null),
      ...(visited ? [file('scene', 'IMG_0412.JPG', '2026-05-05T09:10:00+08:00')] : []), ...(eradicated ? [file('after', 'IMG_0433.JPG', '2026-05-05T11:38:00+08:00')] : [])],
    moves: movesOf(row.state), waits_for_second: row.state === 'CANDIDATE' && row.rank % 2 ? 1 : 0,
  };
}

function movesOf(state) {
  const offer = (...names) => names.map((move) => ({ move, label: { en: move, zh: move }, needs: [] }));
  switch (state) {
    case 'CANDIDATE': return offer('assign', 'screen');
    case 'DISPATCHED': case 'REVISIT': return offer('visit', 'assign');
    case 'CONFIRMED': return offer('eradicate', 'visit');
    case 'ERADICATED': return offer('accept', 'eradicate');
    default: return offer('reopen');
  }
}

export function queue(count, pictures) {
  const roll = dice(3);
  return Array.from({ length: count }, (_, index) => {
    const score = Math.max(0.33, 0.99 - (index / count) * 0.6);
    const audit = index % 7 === 3;
    const verdicts = index % 9 === 4 ? [{ person: '王芳', verdict: 'keep', reason: null, at: '2026-05-04T08:59:00+08:00' }] : [];
    return {
      candidate: pictures.name(index), rank: index + 1, score, band: score > 0.8 ? 'strong' : score > 0.5 ? 'fair' : 'weak', area_m2: Math.round(roll() * 3000) / 100,
      captured: '2026-05-03', code: null, lon: 113.93 + roll() / 500, lat: 28.252 + roll() / 500, verdicts, audit, waits_for_second: audit && index % 2 === 1 ? 1 : 0, done: false, mine: null, disagreement: false,
      pictures: { plain: pictures.of(index, '-plain'), outline: pictures.of(index, ''), wide: pictures.of(index, '-context') }, ground_m: 18,
    };
  });
}

/** The same candidates in an order that was learnt, the last of the shipped one first; each tenth is drawn by lot. */
export function learnt(shipped) {
  const best = [...shipped].reverse().map((item, index) => ({ ...item, rank_learnt: index + 1, why: 'best' }));
  const lots = best.splice(best.length - Math.ceil(best.length / 10)).map((item) => ({ ...item, why: 'audit' }));
  return Array.from({ length: shipped.length }, (_, place) => (place % 10 === 0 ? lots : best).shift());
}

/** Where screening stands: nobody has been sent, so that nobody can say how many are real. */
export function outlook(season, open, drawn) {
  const prospects = { screened: 120, visited: 0, undecided: { of: open, kept: { of: open, mean: open / 3, low: Math.round(open / 4), high: Math.round(open / 2) }, real: null }, kept: { of: 40, real: null }, sent: { of: 0, real: null } };
  const audit = drawn ? { most_left: 9, most_missed: 0.18, needed: 59 } : null;
  return { season, may_miss: 0.05, found: 40, open, draw: null, draws: drawn ? 1 : 0, audit, audited: drawn ? [open, 0, 0] : null, word: drawn ? 'go_on' : 'no_audit', prospects };
}

export function campaign() {
  const roll = dice(11);
  const share = (of, least) => ({ count: Math.round(of * (least + roll() * (1 - least))), of });
  const process = (sites) => {
    const candidates = share(sites, 0.8);
    const screened = share(candidates.count, 0.7);
    const screened_out = share(sites, 0.4);
    const dispatched = share(sites - screened_out.count, 0.7);
    const verified = share(sites - screened_out.count, 0.6);
    const confirmed = share(verified.count, 0.2);
    const eradicated = share(confirmed.count, 0.7);
    return { sites, candidates, screened, screened_out, dispatched, verified, confirmed, eradicated, accepted: share(eradicated.count, 0.5), recurring: share(8, 0), disputed: share(sites, 0) };
  };
  const districts = DISTRICTS.map(({ code, name }) => ({ code, name, area_m2: 38e6, searched_m2: (2 + roll() * 6) * 1e6, in_window_m2: (1 + roll()) * 1e6, patrolled_m2: roll() * 9e6, patrols: 2 + Math.floor(roll() * 6), zero_reports: Math.floor(roll() * 3), people: 20 + Math.floor(roll() * 40), vehicles: 3 + Math.floor(roll() * 9), process: process(Math.round(20 + roll() * 30)), overdue: Math.floor(roll() * 4), open: 8 + Math.floor(roll() * 9) }));
  return { season: 2026, seasons: [2026, 2025], on: '2026-05-08', process: process(424), overdue: 9, open: 158, overdue_elsewhen: 3, flights: 14, patrols: 41, districts };
}

const table = (id, title, columns, rows, more = {}) => ({ id, title, note: '分子分母为同一范围。', columns, figures: columns.map((_, at) => rows.some((row) => /^[\d.,]+$/.test(row[at] ?? '') && !/^\d{6,}$/.test(row[at]))), rows, summed: false, remark: null, ...more });

export function work() {
  return [
    table('responsibility', '责任制落实', ['区划', '代码', '责任人', '职务', '责任书编号', '签订日期', '下级已签', '下级应签', '签订率 %', '签订户数'], DISTRICTS.slice(0, 6).map(({ code, name }, index) => [name, code, index === 3 ? '' : '陈建国', index === 3 ? '' : '镇长', index === 3 ? '' : `鲁禁责〔2026〕${index + 1}号`, index === 3 ? '' : '2026-03-01', '12', '14', '85.7', '230'])),
    table('supervision', '督导检查', ['区划', '代码', '督导次数', '查阅台账', '查看图斑', '图斑总数', '查看率 %', '已整改', '发现问题', '整改率 %', '逾期未改', '督办措施'], DISTRICTS.slice(0, 4).map(({ code, name }) => [name, code, '2', '5', '9', '31', '29.0', '1', '3', '33.3', '1', '限期整改'])),
    table('tips', '群众举报', ['渠道', '转为图斑', '举报件数', '线索转化率 %', '查实', '未查实办结', '未办结', '核定奖金（元）', '兑付奖金（元）'], [['110', '3', '5', '60.0', '2', '1', '1', '2000', '1000'], ['12345', '1', '4', '25.0', '0', '2', '1', '0', '0'], ['合计', '4', '9', '44.4', '2', '3', '2', '2000', '1000']], { summed: true }),
    table('patrol_yield', '踏查成效', ['发现图斑的踏查', '踏查次数', '占比 %', '图斑数', '有种子收缴', '有宣传'], [['6', '41', '14.6', '9', '1', '12']]),
  ];
}

/** Ranks of the made-up county's townships; the last two were hardly searched. */
export function province(season) {
  const roll = dice(23);
  const districts = DISTRICTS.map(({ code, name }, index) => {
    const [km2, number] = [index > 9 ? 0.4 : 6 + roll() * 20, index > 9 ? 0 : Math.floor(roll() * 12)];
    const rate = { rate: (number / km2) * 100, low: (number / km2) * 55, high: ((number + 3) / km2) * 150 };
    const standing = index > 9 ? 'insufficient' : rate.low > 30 ? 'above' : rate.high < 30 ? 'below' : 'as_all';
    return { place: null, code, name, area_km2: 38, cover: km2 / 38, counted: { count: number, km2 }, elsewhere: index % 3, rate, shrunk: index > 9 ? null : (rate.rate + 30) / 2, standing,
      reasons: index > 9 ? '有效搜索率仅 1.1%，至少需要 20%' : `有效搜索 ${km2.toFixed(1)} km²（占 ${Math.round((km2 / 38) * 100)}%），查实图斑 ${number} 个；图斑不足 20 个，密度不稳定` };
  });
  const ranked = districts.filter((one) => one.shrunk !== null).sort((a, b) => b.shrunk - a.shrunk);
  ranked.forEach((one, index) => { one.place = index + 1; });
  return {
    season, seasons: [2026, 2025], level: 9, levels: [6, 9], within: '', has_hot_spots: true, remarks: ['阈值不同：0.5000 → 0.4500'],
    ranks: { least_cover: 0.2, mean: 30, why_none: null, districts: [...ranked, ...districts.filter((one) => one.shrunk === null)] },
    tables: [
      table('year_on_year', '同比：2025 与 2026', ['区划', '2025 全部', '2026 全部', '同一范围之比', '95% 下限', '95% 上限'], [...DISTRICTS.map(({ name }, index) => [name, String(index), String(index + 2), index > 9 ? '' : '1.20', index > 9 ? '' : '0.61', index > 9 ? '' : '2.30']), ['合计', '66', '90', '1.18', '0.90', '1.52']], { summed: true }),
      table('hot_spots', '热点', ['单元（H3）', '所在地', '查实图斑（个）', 'q（FDR）', '说明'], [['87312a5a1ffffff', '鲁山县 下汤镇', '6', '0.0021', '']], { remark: 4 }),
      table('targets', '靶标吻合', ['靶标清单', '靶标（个）', '吻合（个）', '吻合率（%）', '未搜索'], [['省厅五月靶标', '40', '31', '77.5', '4']]),
    ],
  };
}

export function provinceLayer(name, box) {
  const area = (properties, [west, south], size = 0.1) => ({ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]] } });
  const places = DISTRICTS.map(({ code, name: called }, index) => [code, called, box(index), index]);
  const features = {
    ground: () => places.flatMap(([code, called, at, index]) => ['searched_in_window', 'not_searched'].map((status, n) => area({ code, name: called, status, ground_m2: 5e6 * (index + 1) }, [at[0] + n * 0.1, at[1] + 0.03]))),
    hot_spots: () => places.map(([, , at, index]) => area({ cell: `87312a5a${index}`, class: index === 1 ? 'hot' : index > 9 ? 'masked' : 'not_hot', sites: index, searched_km2: 4.2, sites_around: index + 3, searched_km2_around: 20.5, q: index > 9 ? null : 0.002 * (index + 1) }, at, 0.15)),
    targets: () => places.map(([code, , at, index]) => ({ type: 'Feature', properties: { list: '省厅五月靶标', season: 2026, target: `B${index}`, district: code, outcome: ['matched', 'matched', 'screened_out', 'another_season', 'searched_and_nothing', 'searched_badly', 'not_searched'][index % 7], site: null, metres: index % 7 < 4 ? 12 : null, flights: null }, geometry: { type: 'Point', coordinates: [at[0] + 0.07, at[1] + 0.07] } })),
  }[name];
  return { type: 'FeatureCollection', features: features() };
}

/** A searched square with what was not searched around it and inside it. */
export function coverage() {
  const square = (west, side) => [[west, 28.25], [west + side, 28.25], [west + side, 28.25 + side], [west, 28.25 + side], [west, 28.25]];
  const part = (reason, west, side, area_m2) => ({ type: 'Feature', id: reason ?? 'searched', properties: { status: reason ? 'not_searched' : 'searched', reason, area_m2 }, geometry: { type: 'Polygon', coordinates: [square(west, side)] } });
  return { type: 'FeatureCollection', features: [part(null, 113.93, 0.001, 10304), part('outside_boundary', 113.931, 0.001, 1695), part('gap', 113.932, 0.001, 310)] };
}

/** A bundle of the made-up county: some new sites, some that have moved on. */
export function bundle(rows) {
  const kind = (en, zh, count) => ({ kind: { en, zh }, count });
  const sites = rows.slice(0, 80).map((row, index) => ({
    code: row.id, name: row.name, district: row.district, before: index % 3 ? row.state : null, after: index % 3 ? 'CONFIRMED' : row.state, new_dispute: index === 4,
    kinds: index % 3 ? [kind('visited', '核查', 1)] : [kind('found', '发现', 1), kind('screened', '研判', 1)],
  }));
  return { unit: '410423', device: '0a1b', created_at: '2026-05-08T10:00:00Z', part: [1, 1], encrypted: false, files: 30, new_events: 107, known_events: 4, refused: 2, overturned: 0, kinds: [kind('visited', '核查', 53), kind('found', '发现', 27), kind('screened', '研判', 27)], new_sites: 27, changed_sites: 53, sites };
}
