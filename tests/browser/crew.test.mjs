// The crew's page through the real program: its looks, the keyboard alone, a walk, a visit without a network that is recorded
// with its photograph, and plain HTTP. PAPAVER names the program; without one this is skipped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { changed, comes, launched, opened, serious, served, sticksOut } from './common.mjs';

const program = process.env.PAPAVER;
const top = fileURLToPath(new URL('../../', import.meta.url));
const pictures = process.env.PICTURES;
const HERE = { longitude: 113.93, latitude: 28.252, accuracy: 12 };
const LAN = Object.values(networkInterfaces()).flat().find((one) => one.family === 'IPv4' && !one.internal)?.address;

describe('the crew', { skip: program && existsSync(program) ? false : 'PAPAVER names no program', concurrency: false }, () => {
  let folder;
  let browser;
  let server;
  let given;
  const codes = [];
  const run = (...line) => execFileSync(program, ['--lang', 'en', ...line], { env: { ...process.env, PAPAVER_REGISTRY: join(folder, '410423.papaver'), PAPAVER_ACTOR: '李伟' }, cwd: folder, stdio: 'pipe', encoding: 'utf8' });
  const serve = (port) => served(program, (at) => ['serve', folder, '--port', String(at), '--no-browser', '--basemap', join(top, 'samples/village/ortho.tif')], { port });
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'papaver-crew-'));
    run('init', '--unit', '410423', '--unit-name', '鲁山县');
    run('actor', 'add', '一组', 'verifier', 'eradicator');
    for (const at of ['113.9309,28.2526', '113.9325,28.2509', '113.9292,28.2531']) codes.push(JSON.parse(run('add', '--at', at, '--source', 'patrol', '--json')).id);
    run('assign', ...codes, '--crew', '一组', '--new-crew');
    given = JSON.parse(run('crew', 'password', '一组', '--json'));
    server = await serve();
    await drawn();
    browser = await launched();
  });
  /** Waits until the server has drawn the imagery around the sites. */
  async function drawn() {
    const headers = { Authorization: `Basic ${btoa(`${given.id}:${given.password}`)}` };
    for (let turn = 0; turn < 300; turn += 1) {
      const answer = await fetch(`${server.address}crew/imagery/${given.id}`, { headers });
      if (answer.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    throw new Error('no imagery was drawn');
  }
  after(async () => {
    await browser?.close();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** A phone at whose page the crew has entered; `at` is where it stands. */
  async function phone(look = {}, at = HERE, address = server.address) {
    const one = await opened(browser, address, { size: 'phone', permissions: at ? ['geolocation'] : [], geolocation: at ?? undefined, ...look });
    await one.page.goto(`${address}crew/#${given.id}:${given.password}`);
    await one.page.waitForSelector('.map canvas[data-zoom]');
    return one;
  }
  const shot = async (page, name) => { if (pictures) await page.screenshot({ path: `${pictures}/crew-${name}.png`, fullPage: true }); };
  const site = (page, code) => page.locator('main li button', { hasText: code });
  const shown = (page, name) => page.locator('.map canvas').evaluate((canvas, of) => canvas.dataset[of], name);
  const imagery = (page) => page.waitForFunction(() => Number(document.querySelector('.map canvas').dataset.tiles) > 0);

  for (const [size, locale, colorScheme] of [['phone', 'zh-CN', 'light'], ['phone', 'en-US', 'dark'], ['office', 'zh-CN', 'dark'], ['office', 'en-US', 'light']]) {
    it(`fits at ${size} size, ${locale}, ${colorScheme}, and speaks that language`, async () => {
      const { page, context, wrong } = await phone({ size, locale, colorScheme });
      const found = [];
      const look = async (name) => {
        await page.waitForTimeout(500);
        await shot(page, `${name}-${size}-${locale}-${colorScheme}`);
        const over = await sticksOut(page);
        if (over > 0) found.push(`${name}: ${over} pixels stick out`);
        found.push(...(await serious(page)).map((one) => `${name}: ${one}`));
      };
      await imagery(page);
      await look('list');
      assert.equal(await page.evaluate(() => document.documentElement.lang), locale === 'zh-CN' ? 'zh-CN' : 'en');
      await site(page, codes[0]).click();
      await page.setInputFiles('label.file input >> nth=1', join(top, 'samples/photos/PPV_0001.JPG'));
      await page.waitForSelector('.photos img');
      assert.ok((await page.locator('.photos li').boundingBox()).height < 120, 'a photograph has its name beside it');
      await look('visit');
      // The language changes under what is being filled in.
      await page.click('#language');
      await comes(() => page.locator('main h2').textContent(), codes[0]);
      await page.waitForSelector('.photos img');
      await page.locator('main .row button').first().click();
      await page.click('#language');
      await page.locator('main .row button').nth(2).click();
      await look('results');
      await page.locator('main .row button').first().click();
      await page.locator('main .row button').last().click();
      await look('login');
      await context.close();
      assert.deepEqual([...found, ...wrong], []);
    });
  }

  it('the keyboard alone moves and zooms the map, opens a site and fills it in', async () => {
    const { page, context, wrong } = await phone();
    const key = async (...names) => { for (const name of names) await page.keyboard.press(name); await page.waitForTimeout(200); };
    const tabTo = async (selector) => {
      for (let n = 0; n < 60; n += 1) {
        if (await page.evaluate((of) => document.activeElement?.matches(of), selector)) return;
        await page.keyboard.press('Tab');
      }
      assert.fail(`${selector} is not reached`);
    };
    await tabTo('.map canvas');
    const [zoom, here] = [await shown(page, 'zoom'), await shown(page, 'here')];
    await key('ArrowLeft');
    assert.equal(Number((await shown(page, 'here')).split(' ')[0]), Number(here.split(' ')[0]) + 60);
    await key('+', '+', '-');
    assert.equal(Number(await shown(page, 'zoom')), Number(zoom) + 1);
    await tabTo('main li button');
    await key('Enter');
    await page.waitForSelector('main h2');
    await tabTo('main select');
    await key('ArrowDown');
    assert.notEqual(await page.locator('main select').first().inputValue(), '');
    await tabTo('label.file input');
    await tabTo('button.main');
    await context.close();
    assert.deepEqual(wrong, []);
  });

  it('while the crew walks, its dot and the distances follow', async () => {
    const { page, context } = await phone();
    await page.waitForFunction(() => /±12/.test(document.querySelector('.here').textContent));
    const far = () => page.locator('.far').allTextContents();
    const [dot, before] = [await shown(page, 'here'), await far()];
    assert.ok(before.every((text) => /^\d+ 米$/.test(text)), before.join());
    await context.setGeolocation({ ...HERE, longitude: HERE.longitude + 0.001, accuracy: 5 });
    await page.waitForFunction(() => /±5/.test(document.querySelector('.here').textContent));
    await changed(() => shown(page, 'here'), dot);
    await changed(async () => (await far()).join(), before.join());
    await site(page, codes[1]).click();
    await page.waitForSelector('main h2');
    const line = () => page.locator('.here').textContent();
    const told = await line();
    await context.setGeolocation({ ...HERE, longitude: HERE.longitude + 0.002, accuracy: 5 });
    await changed(line, told);
    await context.close();
  });

  it('what comes late does not take the place of what the crew has gone on to', async () => {
    const { page, context } = await opened(browser, server.address, { size: 'phone' });
    await page.addInitScript(() => {
      navigator.geolocation.watchPosition = (found) => { window.found = found; };
    });
    await page.goto(`${server.address}crew/#${given.id}:${given.password}`);
    await page.waitForSelector('main li button');
    const title = () => page.locator('main h2').first().textContent();
    // The first position puts the nearest site first, in the moment in which another one was tapped.
    await page.evaluate((code) => {
      [...document.querySelectorAll('main li button')].find((button) => button.textContent.includes(code)).click();
      window.found({ coords: { longitude: 113.93, latitude: 28.252, accuracy: 12 }, timestamp: Date.now() });
    }, codes[2]);
    await comes(title, codes[2]);
    await page.waitForTimeout(500);
    assert.equal(await title(), codes[2]);
    // What is being sent says so, and leaves the site alone that was opened meanwhile.
    await page.locator('label:has-text("核查结论") select').selectOption('nothing');
    await page.locator('label:has-text("核查人员") input').fill('王芳');
    const asked = page.waitForResponse((answer) => answer.url().endsWith('page/results.json'));
    await page.locator('button.main').click();
    await page.locator('main .row button').first().click();
    await site(page, codes[1]).click();
    await comes(title, codes[1]);
    await asked;
    await page.waitForTimeout(500);
    assert.equal(await title(), codes[1]);
    await context.close();
  });

  it('a photograph is taken with the camera or chosen from the album, and taken back', async () => {
    const { page, context } = await phone();
    await site(page, codes[1]).click();
    const ways = () => page.locator('fieldset').first().locator('input').evaluateAll((inputs) => inputs.map((one) => [one.getAttribute('capture'), one.multiple]));
    await comes(ways, [['environment', false], [null, true]]);
    await page.setInputFiles('label.file input >> nth=1', ['PPV_0001.JPG', 'PPV_0002.JPG'].map((name) => join(top, 'samples/photos', name)));
    await page.waitForSelector('.photos li >> nth=1');
    await page.locator('.photos button').first().click();
    await page.waitForFunction(() => document.querySelectorAll('.photos li').length === 1);
    await page.setInputFiles('label.file input >> nth=0', join(top, 'samples/photos/PPV_0003.JPG'));
    await page.waitForSelector('.photos li >> nth=1');
    const names = async () => new Set((await page.locator('.photos span').allTextContents()).map((name) => name.split(' ')[0])).size;
    await comes(names, 2);
    await context.close();
  });

  it('without a network the page opens, and what was filled in is sent later and recorded with its photograph', async () => {
    const { page, context, wrong } = await phone();
    await imagery(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await site(page, codes[0]).click();
    await page.locator('label:has-text("核查结论") select').selectOption('cultivated');
    await page.locator('label:has-text("核查人员") input').fill('王芳, 李伟');
    await page.locator('label:has-text("株数（逐株）") input').fill('5');
    await page.setInputFiles('label.file input >> nth=0', join(top, 'samples/photos/PPV_0001.JPG'));
    await page.waitForSelector('.photos img');
    await server.stop();
    await page.locator('button.main').click();
    await page.waitForSelector('#status:has-text("没有网络")');
    await page.reload();
    await page.waitForSelector('.map canvas[data-zoom]');
    await imagery(page);
    await shot(page, 'without-network');
    await page.locator('main li button', { hasText: '· 1' }).click();
    await page.waitForSelector('.photos img');
    server = await serve(server.port);
    await page.locator('button.main').click();
    await page.waitForSelector(`main li:has-text("${codes[0]}"):has-text("已录入")`);
    await shot(page, 'sent');
    await page.locator('main .row button').first().click();
    await page.waitForSelector('main h2:has-text("待办图斑")');
    await comes(() => page.locator('main h2:has-text("草稿")').count(), 0, 'the draft is gone');
    await context.close();
    const told = JSON.parse(run('show', codes[0], '--json'));
    assert.match(JSON.stringify(told), /"outcome":\s*"cultivated"/);
    assert.ok(JSON.stringify(told).includes('"photos"') || JSON.stringify(told).includes('"evidence"'), JSON.stringify(told).slice(0, 600));
    assert.deepEqual(wrong, []);
  });

  it('what the server refuses is not called a network that is missing', async () => {
    const { page, context } = await opened(browser, server.address, { size: 'phone' });
    await page.goto(`${server.address}crew/`);
    await page.route(`**/dav/${given.id}/**`, (route) => route.fulfill({ status: 503 }));
    await page.fill('input[autocomplete=username]', given.id);
    await page.fill('input[type=password]', given.password);
    await page.click('button.main');
    await comes(() => page.locator('main .wrong').textContent(), /503/);
    await context.close();
  });

  it('over plain HTTP it works without a position, and says so', { skip: LAN ? false : 'this computer is in no network' }, async () => {
    const plain = await served(program, (port) => ['serve', folder, '--port', String(port), '--no-browser', '--lan', '--insecure']);
    try {
      const address = `http://${LAN}:${plain.port}/`;
      const { page, context, wrong } = await opened(browser, address, { size: 'phone' });
      await page.goto(`${address}crew/#${given.id}:${given.password}`);
      await page.waitForSelector('.map canvas[data-zoom]');
      await comes(() => page.locator('#warning').textContent(), /明文/);
      await comes(() => page.locator('.here').textContent(), /没有位置/);
      await page.locator('main .row button').nth(1).click();
      await page.locator('.place input').fill('113.9315, 28.2515');
      await page.locator('label:has-text("核查结论") select').selectOption('cultivated');
      await page.locator('label:has-text("核查人员") input').fill('王芳, 李伟');
      await page.locator('label:has-text("株数（逐株）") input').fill('3');
      await shot(page, 'plain');
      await page.locator('button.main').click();
      await page.waitForSelector('main li:has-text("已录入")');
      await context.close();
      assert.deepEqual(wrong, []);
    } finally {
      await plain.stop();
    }
  });
});
