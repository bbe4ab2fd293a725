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
      season: 2026, disputed: roll() < 0.02, residue: false, due: open ? '2026-05-20' : null, overdue_days: overdue,
      crew: open && state !== 'CANDIDATE' ? ['一组', '二组', '三组'][Math.floor(roll() * 3)] : null,
      kept: state === 'CANDIDATE' ? (roll() < 0.5 ? true : null) : null, rank: index + 1, area_m2: Math.round(roll() * 9000) / 100, district,
    };
  });
}

const stamp = (name, at) => ({ event: 'e09d292b', at, actor: { name, unit: '410423' }, own_key: name !== '孙丽' });

/** What the page of a site shows, by the state that it has come to. */
export function sitePage(row, picture) {
  const reached = (...states) => states.includes(row.state);
  const visited = reached('CONFIRMED', 'ERADICATED', 'CLOSED', 'REFUTED', 'REVISIT');
  const file = (role, name, taken) => ({ name, role, mime: 'image/jpeg', bytes: 2_345_678, sha256: role.padEnd(64, '0'), taken, url: picture(role, row.id) });
  const eradicated = reached('ERADICATED', 'CLOSED');
  return {
    ...row, unit: '410423', source: 'scan', since: '2026-05-05T09:12:00+08:00', habitat: visited ? 'vegetable_garden' : null,
    plants: visited && !reached('REFUTED') ? 46 : null, candidate: 'J52YN1WDT59Y', created: stamp('李伟', '2026-05-04T08:30:00+08:00'),
    detection: { candidate: 'J52YN1WDT59Y', scan: '3SGW2E6GBP194XQ9', captured: ['2026-05-03', '2026-05-03'], score_e4: 9760, rank: row.rank },
    sightings: [], screened: reached('SCREENED_OUT') ? [false, 'crop', stamp('李伟', '2026-05-04T09:00:00+08:00')] : [true, null, stamp('李伟', '2026-05-04T09:00:00+08:00')],
    assigned: row.crew ? [{ crew: row.crew, due: '2026-05-12' }, stamp('李伟', '2026-05-04T10:00:00+08:00')] : null,
    visits: visited ? [[{ outcome: reached('REFUTED') ? 'lookalike' : reached('REVISIT') ? 'not_reached' : 'cultivated', officers: ['王芳', '孙丽'], count: { method: 'each', plants: 46 }, stage: 'flowering', note: '菜地边，覆膜下' }, stamp('王芳', '2026-05-05T09:12:00+08:00')]] : [],
    eradications: eradicated ? [[{ percent: 100, method: '人工拔除', officers: ['王芳'] }, stamp('王芳', '2026-05-05T11:40:00+08:00')]] : [],
    acceptances: reached('CLOSED') ? [[{ passed: true }, stamp('赵强', '2026-05-08T15:00:00+08:00')]] : [],
    notes: [], dispute: [], marks: [], accepted_without_own_key: false,
    evidence: [file('chip', 'J52YN1WDT59Y.jpg', null), file('context', 'J52YN1WDT59Y-context.jpg', null),
      ...(visited ? [file('scene', 'IMG_0412.JPG', '2026-05-05T09:10:00+08:00')] : []), ...(eradicated ? [file('after', 'IMG_0433.JPG', '2026-05-05T11:38:00+08:00')] : [])],
    place: { lon_e7: Math.round(row.lon * 1e7), lat_e7: Math.round(row.lat * 1e7), outline: [[[[-300, -300], [300, -300], [300, 300], [-300, 300], [-300, -300]].map(([x, y]) => [Math.round(row.lon * 1e7) + x, Math.round(row.lat * 1e7) + y])]] },
    pictures: [], moves: movesOf(row.state),
  };
}

function movesOf(state) {
  const offer = (...names) => names.map((move) => ({ move, label: { en: move, zh: move }, needs: [] }));
  switch (state) {
    case 'CANDIDATE': return offer('assign', 'screen', 'note');
    case 'DISPATCHED': case 'REVISIT': return offer('visit', 'assign', 'note');
    case 'CONFIRMED': return offer('eradicate', 'visit', 'note');
    case 'ERADICATED': return offer('accept', 'eradicate', 'note');
    default: return offer('reopen', 'note');
  }
}

export function queue(count, pictures) {
  const roll = dice(3);
  return Array.from({ length: count }, (_, index) => {
    const score = Math.max(0.33, 0.99 - (index / count) * 0.6);
    const audit = index % 7 === 3;
    const verdicts = index % 9 === 4 ? [{ person: '410423/王芳', verdict: 'keep', reason: null, at: '2026-05-04T08:59:00+08:00' }] : [];
    return {
      candidate: pictures.name(index), rank: index + 1, score, band: score > 0.8 ? 'strong' : score > 0.5 ? 'fair' : 'weak', area_m2: Math.round(roll() * 3000) / 100,
      captured: '2026-05-03', code: null, lon: 113.93 + roll() / 500, lat: 28.252 + roll() / 500, verdicts, audit,
      pictures: { plain: pictures.of(index, '-plain'), outline: pictures.of(index, ''), wide: pictures.of(index, '-context'), before: index % 3 === 0 ? pictures.of(index + 1, '-plain') : null },
    };
  });
}

export function campaign() {
  const roll = dice(11);
  const row = (code, name, size) => {
    const candidates = Math.round(size * (20 + roll() * 30));
    const share = (of, least) => ({ count: Math.round(of * (least + roll() * (1 - least))), of });
    const screened = share(candidates, 0.85);
    const left = Math.round(screened.count * 0.4);
    const dispatched = share(left, 0.8);
    const verified = share(dispatched.count, 0.6);
    const confirmed = share(verified.count, 0.2);
    const eradicated = share(confirmed.count, 0.7);
    return {
      code, name, area_km2: size * 38, searched_km2: size * (2 + roll() * 6), in_window_km2: size * (1 + roll() * 2), candidates, screened, dispatched, verified,
      confirmed, eradicated, accepted: share(eradicated.count, 0.5), overdue: { count: Math.floor(roll() * 6), of: left }, disputed: { count: 1, of: left },
    };
  };
  return { season: 2026, all: row(null, null, 12), districts: DISTRICTS.map(({ code, name }) => row(code, name, 1)), patrols: 41, tip_offs: { count: 3, of: 9 }, rounds: 2, screening_minutes_per_km2: 1.4 };
}
