// The real program, from a flight in a folder to an accepted eradication and the report, by three people in three sessions,
// at three sizes and in both languages. PAPAVER names the program; without one this is skipped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { comes, dropped, launched, loggedIn, opened, serious, served } from './common.mjs';

const program = process.env.PAPAVER;
const top = fileURLToPath(new URL('../../', import.meta.url));
const pictures = process.env.PICTURES;
const PASSPHRASE = 'four words for a test';
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** An office: its registry with three people and their keys, two districts; and beside it a card with a flight that nobody has looked at. */
function office(folder, card) {
  const registry = join(folder, '410423.papaver');
  const run = (actor, ...line) => execFileSync(program, line, { env: { ...process.env, PAPAVER_REGISTRY: registry, PAPAVER_ACTOR: actor, PAPAVER_PASSPHRASE: PASSPHRASE, LC_ALL: 'C.UTF-8' }, cwd: folder, stdio: 'pipe' });
  mkdirSync(join(card, 'flight'));
  for (const name of ['ortho.tif', 'boundary.geojson']) cpSync(join(top, 'samples/village', name), join(card, 'flight', name));
  run('李伟', 'init', '--unit', '410423', '--unit-name', '鲁山县');
  run('李伟', 'actor', 'key', '李伟');
  for (const [name, ...roles] of [['王芳', 'verifier', 'eradicator'], ['赵强', 'acceptor']]) {
    run('李伟', 'actor', 'add', name, ...roles);
    run(name, 'actor', 'key', name);
    run('李伟', 'actor', 'confirm', name);
  }
  const district = (code, name, east) => ({ type: 'Feature', properties: { code, name }, geometry: { type: 'Polygon', coordinates: [[[113.92, 28.24], [east, 28.24], [east, 28.26], [113.92, 28.26], [113.92, 28.24]]] } });
  const districts = join(folder, 'districts.geojson');
  writeFileSync(districts, JSON.stringify({ type: 'FeatureCollection', features: [district('410423', '鲁山县', 113.95), district('410423101', '下汤镇', 113.94)] }));
  run('李伟', 'registry', 'districts', districts, '--vintage', '2025');
}

/** A program that was built before the pages were answers without them; then they are laid over it as they are built now. */
async function withPages(page, address) {
  if (/assets\//.test(await (await fetch(address)).text())) return;
  const built = join(top, 'src/web/dist');
  await page.route((url) => !url.pathname.startsWith('/api'), async (route) => {
    const { pathname } = new URL(route.request().url());
    const file = join(built, pathname === '/' ? 'index.html' : pathname);
    await route.fulfill({ body: await readFile(file), contentType: TYPES[extname(file)] ?? 'application/octet-stream', headers: { 'Content-Security-Policy': "default-src 'self'; img-src 'self' blob: data:" } });
  });
}

/** Clicks from the edge of the map inwards until it says why the ground there was not searched; no two make a double click. */
async function pointAtGap(page) {
  const box = await page.locator('.map .canvas').boundingBox();
  for (let x = 40; x < box.width / 2; x += 8) {
    await page.mouse.click(box.x + x, box.y + box.height / 2);
    await page.waitForTimeout(600);
    if (/未搜索/.test(await page.locator('.map-tools .hint').textContent())) return;
  }
}

describe('the program', { skip: program && existsSync(program) ? false : 'PAPAVER names no program', concurrency: false }, () => {
  let folder;
  let card;
  let browser;
  let server;
  let code;
  const wrong = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'papaver-browser-'));
    card = mkdtempSync(join(tmpdir(), 'papaver-card-'));
    office(folder, card);
    server = await served(program, (port) => ['serve', folder, '--port', String(port), '--no-browser']);
    browser = await launched();
  });
  after(async () => {
    await browser?.close();
    server?.stop();
    for (const one of [folder, card]) if (one) rmSync(one, { recursive: true, force: true });
  });

  async function person(name, look) {
    const one = await opened(browser, server.address, look);
    one.context.setDefaultTimeout(60_000);
    await withPages(one.page, server.address);
    await loggedIn(one.page, server.address, name, PASSPHRASE);
    return { ...one, end: async () => { wrong.push(...one.wrong); await one.context.close(); } };
  }
  const picture = async (page, name) => {
    if (pictures) await page.screenshot({ path: `${pictures}/program-${name}.png` });
  };
  const shot = async (page, name) => {
    wrong.push(...(await serious(page)).map((one) => `${name}: ${one}`));
    await picture(page, name);
  };

  it('the analyst drops a flight, scans it, sees what was found and what was not searched, records and screens it', async () => {
    const { page, end } = await person('李伟', { size: 'office', locale: 'zh-CN' });
    await page.goto(`${server.address}#/scan`);
    await page.waitForSelector('.drop');
    await dropped(page, join(card, 'flight'));
    await page.waitForSelector('.sent:has-text("2 / 2")', { timeout: 120_000 });
    await comes(() => page.locator('.imagery input:checked').count(), 1);
    await comes(() => page.locator('select[name=within]').inputValue(), /boundary\.geojson$/);
    await page.fill('input[name=name]', '五月航测');
    await page.fill('input[name=captured]', '2026-05-03');
    await page.click('button[type=submit]');
    await page.waitForSelector('text=已完成', { timeout: 240_000 });
    await page.click('text=查看结果');
    await page.waitForSelector('.candidate-row');
    await comes(() => page.locator('.survey header').textContent(), /边界之外/);
    await page.waitForTimeout(1000);
    await shot(page, 'survey');
    await page.click('.map-buttons button:last-child');
    await page.waitForTimeout(500);
    await pointAtGap(page);
    await page.waitForSelector('.map-tools .hint:has-text("边界之外")');
    // What the second look set aside is said, and shown where it is asked for.
    await page.waitForSelector('header:has-text("复核另存 3 处")');
    const aside = page.locator('.map-tools label', { hasText: '复核另存' }).locator('input');
    assert.equal(await aside.isChecked(), false);
    await aside.check();
    await picture(page, 'set-aside');
    await aside.uncheck();
    await page.goto(`${server.address}#/screening`);
    await page.click('a.card');
    await page.click('text=录入扫描结果');
    await page.waitForSelector('.pane img');
    await page.waitForTimeout(500);
    await shot(page, 'screening');
    const all = Number(/\/ (\d+)/.exec(await page.locator('.progress-line progress + .num').textContent())[1]);
    for (let n = 0; n < all; n += 1) await page.keyboard.press(n < 3 ? 'k' : '4');
    await page.waitForSelector('text=此列表已全部研判');
    await page.waitForSelector('text=已全部保存');
    await end();
  });

  it('sends a crew to what was kept', async () => {
    const { page, end } = await person('李伟', { size: 'office', locale: 'zh-CN' });
    await page.goto(`${server.address}#/sites?kept=true`);
    await page.waitForSelector('.site-row');
    await comes(() => page.locator('.site-row').count(), 3);
    code = (await page.locator('.site-row b').first().textContent()).trim();
    await page.locator('.site-row input').first().check();
    await page.click('.site-bar .primary');
    await page.fill('dialog input[name=crew]', '一组');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.notice:has-text("一组")');
    await shot(page, 'sites');
    await end();
  });

  it('the crew confirms and eradicates it, on a phone and in English; nothing without its evidence', async () => {
    const { page, end } = await person('王芳', { size: 'phone', locale: 'en-US', colorScheme: 'dark' });
    await page.goto(`${server.address}#/sites/${code}`);
    await page.click('text=Record a visit');
    await page.click('dialog button[type=submit]');
    assert.ok(await page.locator('dialog select[name=outcome]:invalid').count(), 'nobody concludes by leaving a field as it stood');
    await page.selectOption('dialog select[name=outcome]', 'cultivated');
    await page.click('dialog summary:has-text("quadrats")');
    await page.fill('input[name=quadrats]', '4,6');
    await page.fill('input[name=quadrat]', '1');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('dialog .failure:has-text("planted area")');
    await page.fill('input[name=area]', '20');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('dialog .failure:has-text("officer")');
    await page.fill('input[name=officers]', '孙丽');
    const list = join(folder, 'list.pdf');
    writeFileSync(list, '%PDF-1.4\n%%EOF\n');
    await page.setInputFiles('dialog input[type=file]', [join(top, 'samples/photos/PPV_0001.JPG'), list]);
    const shown = page.locator('dialog fieldset select');
    await comes(async () => [await shown.nth(0).inputValue(), await shown.nth(1).inputValue()].join(), 'scene,document', 'a paper is taken for one');
    await shot(page, 'visit');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.state-tag.CONFIRMED');
    await comes(() => page.locator('.history').textContent(), /100/, 'ten plants in two of twenty square metres are a hundred');
    await page.click('text=Record the eradication');
    await page.fill('input[name=method]', 'pulled by hand <script>alert(1)</script>');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.state-tag.ERADICATED');
    await comes(() => page.locator('text=Accept or fail').count(), 0, 'who eradicated does not accept');
    await comes(() => page.locator('.history').textContent(), /<script>/);
    await shot(page, 'eradicated');
    await end();
  });

  it('another person accepts it, before beside after; the campaign and the report say so', async () => {
    const { page, context, end } = await person('赵强', { size: 'tablet', locale: 'zh-CN' });
    await page.goto(`${server.address}#/sites/${code}`);
    await page.click('.moves >> text=验收');
    await page.setInputFiles('dialog input[type=file]', join(top, 'samples/photos/PPV_0002.JPG'));
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.state-tag.CLOSED');
    await page.waitForSelector('.compare');
    await shot(page, 'accepted');
    await page.goto(`${server.address}#/progress`);
    await page.waitForSelector('.figures');
    await comes(() => page.locator('.figure', { hasText: '已验收' }).textContent(), /1.*共 1/);
    const [report] = await Promise.all([context.waitForEvent('page'), page.click('text=县级报告')]);
    await report.waitForLoadState();
    assert.match(await report.title(), /.+/);
    await comes(() => report.locator('body').textContent(), /下汤镇/);
    // A report runs no script, and so none that looks it through.
    await picture(report, 'report');
    await page.goto(`${server.address}#/analysis`);
    await page.waitForSelector('.ranks tbody tr');
    await comes(() => page.locator('.ranks tbody').textContent(), /数据不足/, 'little ground has no rank');
    await page.waitForSelector('.province-map .legend');
    await page.waitForTimeout(1000);
    await shot(page, 'analysis');
    await end();
  });

  it('a patrol by its track, a tip-off, supervision and letters are recorded on the pages, each by whose it is', async () => {
    const walk = join(folder, 'walk.gpx');
    const fixes = [0, 1, 2, 3].map((n) => `<trkpt lat="${28.25 + n / 2000}" lon="${113.93 + n / 2000}"><time>2026-05-03T08:${n}0:00Z</time></trkpt>`);
    writeFileSync(walk, `<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${fixes.join('')}</trkseg></trk></gpx>`);
    const crew = await person('王芳', { size: 'phone', locale: 'zh-CN', timezoneId: 'Pacific/Auckland' });
    await crew.page.goto(`${server.address}#/progress/patrols`);
    await crew.page.click('.news button');
    await crew.page.setInputFiles('dialog input[type=file]', walk);
    await crew.page.fill('dialog input[name=people]', '4');
    await crew.page.fill('dialog input[name=crew]', '一组');
    await crew.page.fill('dialog textarea[name=note]', '<script>alert(1)</script>');
    await crew.page.click('dialog button[type=submit]');
    await crew.page.waitForSelector('.entries h2:has-text("2026-05-03"):has-text("下汤镇")');
    await comes(() => crew.page.locator('.entries').textContent(), /一组.*<script>/s);
    await shot(crew.page, 'patrols');
    await crew.page.click('.acts >> text=转为图斑');
    await crew.page.fill('dialog input[name=place]', '113.9312, 28.2508');
    await crew.page.fill('dialog input[name=when]', '2026-05-03T18:00');
    // Whatever this computer's clock is set to, the time is the registry's.
    const stated = crew.page.waitForRequest((request) => request.postData()?.includes('"when"'));
    await crew.page.click('dialog button[type=submit]');
    assert.equal((await stated).postDataJSON().when, '2026-05-03T18:00');
    await crew.page.waitForSelector('.entries dd a');
    await crew.page.goto(`${server.address}#/progress/tips`);
    await crew.page.click('.news button');
    await crew.page.fill('dialog textarea[name=text]', '请回电 13800138000');
    await crew.page.click('dialog button[type=submit]');
    await crew.page.waitForSelector('dialog .failure:has-text("身份证号")');
    await crew.page.fill('dialog textarea[name=text]', '老砖窑\u200b后的菜地');
    await crew.page.click('dialog button[type=submit]');
    await comes(() => crew.page.locator('.entries .said').first().textContent(), /老砖窑⟨U\+200B⟩后的菜地/);
    await comes(() => crew.page.locator('.acts >> text=登记奖励').count(), 0, 'rewards are a supervisor\'s');
    await crew.page.goto(`${server.address}#/progress/supervision`);
    await crew.page.waitForSelector('.ladder');
    await comes(() => crew.page.locator('.news button').count(), 0);
    await crew.end();
    const { page, end } = await person('李伟', { size: 'office', locale: 'en-US' });
    await page.goto(`${server.address}#/progress/tips`);
    await page.click('.acts >> text=Reward');
    await page.fill('dialog input[name=yuan]', '500');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.entries dd:has-text("500 yuan")');
    await page.click('.acts >> text=Close without a site');
    // What was paid for is not unfounded.
    await page.locator('dialog select[name=reason]').selectOption('vague');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('dialog .failure:has-text("contrary")');
    await page.locator('dialog select[name=reason]').selectOption('handed_over');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.entries .tag:has-text("Closed")');
    await shot(page, 'tips');
    await page.goto(`${server.address}#/progress/supervision`);
    await page.click('text=Record a round');
    await page.fill('dialog input[name=name]', '第一轮督导');
    await page.check('dialog input[value="410423101"]');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.entries h3:has-text("第一轮督导")');
    await page.click('text=Record a finding');
    await page.locator('dialog select[name=district]').selectOption('410423101');
    await page.fill('dialog textarea[name=text]', '责任书缺 3 个村');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.entries .said:has-text("责任书")');
    await page.click('.acts >> text=Take a measure');
    await page.fill('dialog textarea[name=reason]', '未补签');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.ladder li:first-child.stands:has-text("下汤镇")');
    await page.locator('.acts >> text=Put right').first().click();
    await page.fill('dialog textarea[name=reason]', '已补签');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.ladder:not(:has(.stands))');
    await page.locator('.acts >> text=Void').first().click();
    await page.fill('dialog textarea[name=reason]', '重复');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('text=No measure was taken.');
    await shot(page, 'supervision');
    await page.goto(`${server.address}#/progress/duties`);
    await page.click('text=Record a letter');
    await page.locator('dialog select[name=district]').selectOption('410423101');
    await page.fill('dialog input[name=person]', '陈建国');
    await page.fill('dialog input[name=post]', '镇长');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.entries h2:has-text("下汤镇")');
    await comes(() => page.locator('.entries').textContent(), /陈建国.*镇长/s);
    await shot(page, 'duties');
    await page.click('.acts >> text=Void');
    await page.fill('dialog textarea[name=reason]', '重复');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('text=No letter of responsibility was recorded');
    await page.goto(`${server.address}#/sites`);
    await page.check('.map-tools input[type=checkbox]');
    await page.waitForSelector('.map-tools .hint:has-text("Season 2026: 1 patrol with")');
    await shot(page, 'walked');
    await page.goto(`${server.address}#/progress`);
    await page.waitForSelector('.figure-table');
    await comes(() => page.locator('.figure', { hasText: 'Patrols' }).textContent(), /1/);
    await end();
  });

  it('photos that are dropped in become one flight, chosen to be scanned', async () => {
    const { page, end } = await person('李伟', { size: 'office', locale: 'zh-CN' });
    await page.goto(`${server.address}#/scan`);
    await page.waitForSelector('.imagery input');
    await page.setInputFiles('.drop input.files', ['PPV_0003.JPG', 'PPV_0004.JPG'].map((name) => join(top, 'samples/photos', name)));
    const chosen = page.locator('.imagery label:has(input:checked)');
    await chosen.filter({ hasText: /inbox\/flight-.*2 份影像/ }).waitFor();
    await comes(() => chosen.count(), 1);
    await end();
  });

  it('asks no other host, breaks no policy, and is fit for who cannot see or point well', () => assert.deepEqual(wrong, []));
});
