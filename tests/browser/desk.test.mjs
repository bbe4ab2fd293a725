// The real program: several people at one list, what an earlier flight saw of a place, and what can be done without a registry and
// after the server was started again. PAPAVER names the program; without one this is skipped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { comes, launched, loggedIn, opened, served } from './common.mjs';

const program = process.env.PAPAVER;
const top = fileURLToPath(new URL('../../', import.meta.url));
const pictures = process.env.PICTURES;
const PASSPHRASE = 'four words for a test';

/** The sample village as a flight of May sees it, and its scan. */
function flown(folder, run) {
  mkdirSync(join(folder, 'flight'));
  for (const name of ['ortho.tif', 'boundary.geojson']) cpSync(join(top, 'samples/village', name), join(folder, 'flight', name));
  run('scan', 'flight/ortho.tif', '-o', 'spring', '-q', '--survey', '五月航测', '--captured', '2026-05-03', '--unit', '410423');
}

/** An earlier flight over the same ground that found nothing there; its imagery is a file of its own. */
function earlier(folder, name, day, is_there) {
  cpSync(join(folder, 'spring'), join(folder, name), { recursive: true });
  if (is_there) cpSync(join(folder, 'flight/ortho.tif'), join(folder, 'flight', `${name}.tif`));
  const record = JSON.parse(readFileSync(join(folder, name, 'scan.json'), 'utf8'));
  Object.assign(record, { survey: name, scan_id: `SCAN${name}`, captured: { from: day, to: day } });
  Object.assign(record.sources[0], { name: `${name}.tif` });
  record.totals.candidates = 0;
  record.run.inputs = [`flight/${name}.tif`];
  writeFileSync(join(folder, name, 'scan.json'), JSON.stringify(record));
  writeFileSync(join(folder, name, 'candidates.geojson'), '{"type":"FeatureCollection","features":[]}');
  rmSync(join(folder, name, 'chips'), { recursive: true, force: true });
  rmSync(join(folder, name, 'pyramid'), { recursive: true, force: true });
}

function acting(folder) {
  const registry = join(folder, '410423.papaver');
  return (actor, ...line) => execFileSync(program, line, { env: { ...process.env, PAPAVER_REGISTRY: registry, PAPAVER_ACTOR: actor, PAPAVER_PASSPHRASE: PASSPHRASE, LC_ALL: 'C.UTF-8' }, cwd: folder, stdio: 'pipe' });
}

const serve = (folder) => served(program, (port) => ['serve', folder, '--port', String(port), '--no-browser'], { cwd: folder });
const shot = async (page, name) => { if (pictures) await page.screenshot({ path: `${pictures}/desk-${name}.png` }); };

/** In the page: how far the pixels of two pictures differ, 0 to 255; both are drawn at the same size. */
function difference([one, other]) {
  const pixels = [one, other].map((picture) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 64;
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0, 64, 64);
    return context.getImageData(0, 0, 64, 64).data;
  });
  return pixels[0].reduce((sum, value, n) => sum + Math.abs(value - pixels[1][n]), 0) / pixels[0].length;
}

describe('the desk', { skip: program && existsSync(program) ? false : 'PAPAVER names no program', concurrency: false }, () => {
  let folder;
  let browser;
  let server;
  let survey;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'papaver-desk-'));
    const run = acting(folder);
    flown(folder, (...line) => run('李伟', ...line));
    earlier(folder, 'autumn', '2025-10-03', true);
    earlier(folder, 'winter', '2025-12-01', false);
    run('李伟', 'init', '--unit', '410423', '--unit-name', '鲁山县');
    run('李伟', 'actor', 'key', '李伟');
    run('李伟', 'actor', 'add', '孙丽', 'analyst');
    run('孙丽', 'actor', 'key', '孙丽');
    run('李伟', 'actor', 'confirm', '孙丽');
    run('李伟', 'record', 'spring');
    server = await serve(folder);
    browser = await launched();
  });
  after(async () => {
    await browser?.close();
    server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function person(name, look) {
    const one = await opened(browser, server.address, look);
    one.context.setDefaultTimeout(60_000);
    await loggedIn(one.page, server.address, name, PASSPHRASE);
    survey ??= await one.page.evaluate(async () => (await (await fetch('/api/library')).json()).surveys.find(({ title }) => title === '五月航测').id);
    return one;
  }
  const table = (page) => page.evaluate(async (id) => {
    const { registry } = await (await fetch('/api/session')).json();
    return (await fetch(`/api/registries/${registry}/screening/${id}`)).json();
  }, survey);
  const rank = async (page) => Number(/\d+/.exec(await page.locator('.verdict h2').textContent())[0]);
  const atDesk = async (page) => {
    await page.goto(`${server.address}#/screening/${survey}`);
    await page.waitForSelector('.pane img');
  };

  it('what the flight before saw of a candidate is the same ground, also where it found nothing', async () => {
    for (const [size, locale, colorScheme] of [['office', 'zh-CN', 'light'], ['phone', 'en-US', 'dark']]) {
      const { page, context, wrong } = await person('李伟', { size, locale, colorScheme });
      await atDesk(page);
      await page.keyboard.press('b');
      await page.waitForSelector('.pane input[type=range]');
      await page.waitForFunction(() => [...document.querySelectorAll('.pane:first-child img')].filter((one) => one.complete && one.naturalWidth > 0).length === 2);
      const both = await page.locator('.pane:first-child img').evaluateAll((all) => all.map((one) => new URL(one.src)).map(({ pathname, search }) => [pathname, search]));
      assert.equal(both[0][1], both[1][1], 'one square of ground');
      assert.notEqual(both[0][0], both[1][0], 'of two flights');
      const apart = await page.locator('.pane:first-child img').evaluateAll(difference);
      assert.ok(apart < 2, `the same imagery of the same ground differs by ${apart}`);
      await comes(() => page.locator('.pane:first-child figcaption').textContent(), /2025-10-03/);
      await shot(page, `before-${size}`);
      assert.deepEqual(wrong, []);
      await context.close();
    }
  });

  it('the page of a site lays its flights over one another, and says of which no imagery is at hand', async () => {
    const { page, context, wrong } = await person('李伟', { size: 'office', locale: 'en-US' });
    const { queue } = await table(page);
    await page.goto(`${server.address}#/sites/${queue[0].code}`);
    await page.waitForSelector('.flights .compare');
    await page.waitForFunction(() => [...document.querySelectorAll('.flights img')].every((one) => one.complete && one.naturalWidth > 0));
    const apart = await page.locator('.flights img').evaluateAll(difference);
    assert.ok(apart < 2, `the same imagery of the same ground differs by ${apart}`);
    await comes(() => page.locator('.flights').textContent(), /2025-10-03.*2026-05-03.*winter.*not at hand/s);
    await shot(page, 'flights');
    assert.deepEqual(wrong, []);
    await context.close();
  });

  it('two people begin at different places, see what the other has judged, and judge nothing twice', async () => {
    const li = await person('李伟', { locale: 'zh-CN' });
    await atDesk(li.page);
    const sun = await person('孙丽', { locale: 'zh-CN' });
    await atDesk(sun.page);
    await sun.page.waitForSelector('.also-here:has-text("李伟")');
    assert.notEqual(await rank(li.page), await rank(sun.page));
    const { queue } = await table(li.page);
    // Of what is for two nobody sees the other's verdict; all else is for one.
    const single = queue.filter((one) => !one.audit && !one.done).map((one) => one.rank);
    assert.ok(single.length >= 4, 'enough for one alone');
    const stand = async (page, wanted) => {
      // The list is not in the order of ranks: lots lie between the best.
      const place = (one) => queue.findIndex(({ rank: own }) => own === one);
      for (let n = 0; n < queue.length && (await rank(page)) !== wanted; n += 1) await page.keyboard.press(place(await rank(page)) < place(wanted) ? 'ArrowRight' : 'ArrowLeft');
      assert.equal(await rank(page), wanted);
    };
    // Li judges one that Sun does not look at: it is done there too, and left out.
    await stand(sun.page, single[3]);
    await stand(li.page, single[0]);
    await li.page.keyboard.press('k');
    await sun.page.waitForFunction(() => /已研判 1 \//.test(document.querySelector('.progress-line').textContent));
    assert.equal(await rank(sun.page), single[3], 'what is looked at stays');
    for (let n = 0; n < queue.length; n += 1) {
      await sun.page.keyboard.press('ArrowLeft');
      assert.notEqual(await rank(sun.page), single[0], 'what the other judged is left out');
    }
    // Both look at the same one, and Li is quicker: Sun's finger decides nothing.
    await stand(sun.page, single[1]);
    await stand(li.page, single[1]);
    await li.page.keyboard.press('4');
    await sun.page.waitForSelector('.overtaken:has-text("李伟")');
    await shot(sun.page, 'overtaken');
    await sun.page.keyboard.press('k');
    await sun.page.waitForFunction((gone) => !document.querySelector('.verdict h2').textContent.includes(` ${gone} `), single[1]);
    await sun.page.waitForSelector('.notice:has-text("未作记录")');
    await sun.page.waitForSelector('text=已全部保存');
    const now = await table(sun.page);
    const said = now.queue.find((one) => one.rank === single[1]);
    assert.deepEqual([said.verdicts.map(({ person: who }) => who), said.disagreement], [['李伟'], false]);
    // What Sun judges of her own accord counts.
    await stand(sun.page, single[2]);
    await sun.page.keyboard.press('k');
    await li.page.waitForFunction(() => /已研判 3 \//.test(document.querySelector('.progress-line').textContent));
    assert.deepEqual([...li.wrong, ...sun.wrong], []);
    await li.context.close();
    await sun.context.close();
  });
});

describe('without a registry', { skip: program && existsSync(program) ? false : 'PAPAVER names no program', concurrency: false }, () => {
  let folder;
  let browser;
  let server;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'papaver-open-'));
    const run = acting(folder);
    flown(folder, (...line) => run('李伟', ...line));
    server = await serve(folder);
    browser = await launched();
  });
  after(async () => {
    await browser?.close();
    server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('the pages open on the surveys, and a scan is begun, also on a phone', async () => {
    for (const [size, locale, name] of [['office', 'zh-CN', '六月'], ['phone', 'en-US', 'June']]) {
      const { page, context, wrong } = await opened(browser, server.address, { size, locale });
      context.setDefaultTimeout(120_000);
      await page.goto(server.address);
      await page.waitForSelector('.cards h3:has-text("五月航测")');
      await comes(() => page.locator('input[type=password]').count(), 0);
      await shot(page, `open-${size}`);
      await page.click('.bar nav a[href="#/scan"]');
      await page.check('.imagery input[value="flight/ortho.tif"]');
      await page.locator('select[name=within]').selectOption('flight/boundary.geojson');
      await page.fill('input[name=name]', name);
      await shot(page, `scan-${size}`);
      await page.click('button[type=submit]');
      await page.click('a.button[href^="#/surveys/"]');
      await page.waitForSelector('.candidate-row');
      await page.goto(`${server.address}#/sites`);
      await page.waitForSelector('pre:has-text("papaver init")');
      assert.deepEqual(wrong, []);
      await context.close();
    }
  });

  it('a scan that the end of the server has stopped is found again and goes on', async () => {
    mkdirSync(join(folder, 'surveys/七月'), { recursive: true });
    writeFileSync(join(folder, 'surveys/七月/journal.jsonl'), '');
    const { page, context, wrong } = await opened(browser, server.address, { locale: 'zh-CN' });
    context.setDefaultTimeout(120_000);
    await page.goto(server.address);
    await page.click('a:has-text("七月")');
    await page.waitForSelector('[role=status]:has-text("已完成部分保留")');
    const run = page.url().split('/').at(-1);
    // Another browser began it: the scan page goes on with it by its name.
    await page.click('a:has-text("前往扫描页")');
    await comes(() => page.locator('input[name=name]').inputValue(), '七月');
    // This one did.
    await page.evaluate((id) => localStorage.setItem(`papaver.order.${id}`, JSON.stringify({ inputs: ['flight/ortho.tif'], name: '七月', options: { restart: true } })), run);
    await page.goto(`${server.address}#/runs/${run}`);
    await page.click('button:has-text("继续扫描")');
    await page.waitForSelector('a.button[href^="#/surveys/"]');
    await page.goto(`${server.address}#/runs/0123456789ab`);
    await page.waitForSelector('h1:has-text("此扫描未在进行")');
    assert.deepEqual(wrong, []);
    await context.close();
  });
});
