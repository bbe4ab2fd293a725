// What people fill in: what is dropped to be scanned is what is scanned, nothing is chosen in silence, and a session that ends takes
// nothing with it that was typed.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { comes, dropped, loggedIn, opened, staged } from './common.mjs';

describe('forms', { concurrency: false }, () => {
  let folder;
  const there = staged('--candidates', '20', '--sites', '60');
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'papaver-forms-'));
    for (const [name, text] of [['card/DCIM/100MEDIA/DJI_0001.JPG', 'a'], ['card/DCIM/101MEDIA/DJI_0001.JPG', 'b'], ['card/.DS_Store', 'x'], ['card/town.geojson', '{}'], ['ortho.tif', 'a'], ['boundary.geojson', '{}'], ['a.tif', 'a'], ['b.tif', 'b']]) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function scanPage(look = {}) {
    const one = await opened(there.browser, there.server.address, look);
    await loggedIn(one.page, there.server.address, '李伟', 'correct');
    await one.page.goto(`${there.server.address}#/scan`);
    await one.page.waitForSelector('.imagery input');
    const sent = [];
    one.page.on('request', (request) => { if (request.method() === 'PUT') sent.push(decodeURIComponent(request.url().split('/uploads/')[1])); });
    const orders = [];
    await one.page.route('**/api/surveys', (route) => {
      orders.push(route.request().postDataJSON());
      return route.continue();
    });
    return { ...one, sent, orders };
  }
  const chosen = (page) => page.locator('.imagery input:checked').evaluateAll((all) => all.map((one) => one.value));

  it('nothing is chosen before somebody chooses, and a scan of nothing does not begin', async () => {
    const { page, context, orders } = await scanPage();
    await comes(() => chosen(page), []);
    await page.fill('input[name=name]', '五月');
    await page.click('button[type=submit]');
    await page.waitForSelector('.failure:has-text("尚未选择影像")');
    assert.deepEqual(orders, []);
    await page.check('.imagery input[value="village/ortho.tif"]');
    await page.check('.imagery input[value="flights/2026-05-03"]');
    await page.locator('select[name=within]').selectOption('village/boundary.geojson');
    await page.click('button[type=submit]');
    await page.waitForSelector('progress');
    assert.deepEqual([orders[0].inputs, orders[0].boundary], [['village/ortho.tif', 'flights/2026-05-03'], 'village/boundary.geojson']);
    await context.close();
  });

  it('a folder that is dropped is sent as it lies, and is what is scanned', async () => {
    const { page, context, sent, orders, wrong } = await scanPage();
    await dropped(page, join(folder, 'card'));
    await page.waitForSelector('.sent:has-text("3 / 3")');
    assert.equal(sent.length, 3, 'what a system leaves in folders stays');
    const [first, second, boundary] = [...sent].sort((a, b) => (a < b ? -1 : 1)).map((one) => one.replace(/-\d{4}-\d\d-\d\d-\d{6}/, ''));
    assert.deepEqual([first, second, boundary], ['DJI_0001.JPG?folder=card/DCIM/100MEDIA', 'DJI_0001.JPG?folder=card/DCIM/101MEDIA', 'town.geojson?folder=card-boundary']);
    const [only, ...others] = await chosen(page);
    assert.match(only, /^inbox\/card-/);
    assert.deepEqual(others, []);
    await page.fill('input[name=name]', '五月');
    await page.click('button[type=submit]');
    await page.waitForSelector('progress');
    assert.deepEqual(orders[0].inputs, [only]);
    assert.match(orders[0].boundary, /^inbox\/card-.*-boundary\/town\.geojson$/);
    assert.deepEqual(wrong, []);
    await context.close();
  });

  it('an orthomosaic and a boundary that are dropped together are chosen, each as what it is', async () => {
    const { page, context, orders } = await scanPage({ size: 'phone', locale: 'en-US' });
    await page.setInputFiles('.drop input.files', ['ortho.tif', 'boundary.geojson'].map((name) => join(folder, name)));
    await page.waitForSelector('.sent:has-text("2 of 2")');
    await comes(() => chosen(page), ['inbox/ortho.tif']);
    await comes(() => page.locator('select[name=within]').inputValue(), 'inbox/boundary.geojson');
    await page.setInputFiles('.drop input.files', ['a.tif', 'b.tif'].map((name) => join(folder, name)));
    await page.waitForFunction(() => document.querySelectorAll('.imagery input:checked').length === 2);
    await page.fill('input[name=name]', 'May');
    await page.click('button[type=submit]');
    await page.waitForSelector('progress');
    assert.equal(orders[0].inputs.length, 2);
    assert.match(orders[0].inputs[1], /^inbox\/flight-/);
    await context.close();
  });

  it('what could not be sent is not chosen, and is sent again by a click', async () => {
    const { page, context } = await scanPage();
    await page.route('**/api/uploads/**', (route) => route.abort());
    await page.setInputFiles('.drop input.files', join(folder, 'ortho.tif'));
    await page.waitForSelector('.failure:has-text("服务器没有响应")');
    await comes(() => chosen(page), []);
    await page.unroute('**/api/uploads/**');
    await page.click('.failure button');
    await page.waitForFunction(() => document.querySelector('.imagery input:checked')?.value === 'inbox/ortho.tif');
    await comes(() => page.locator('.failure').count(), 0);
    await context.close();
  });

  it('a boundary is drawn by keys alone, on a map that begins where the imagery lies', async () => {
    const { page, context, sent, orders } = await scanPage({ locale: 'en-US' });
    await page.check('.imagery input[value="village/ortho.tif"]');
    await page.locator('select[name=within]').selectOption({ label: 'Draw on a map' });
    await page.waitForSelector('.point-map .canvas canvas');
    await page.fill('input[name=name]', 'May');
    await page.click('button[type=submit]');
    await page.waitForSelector('.failure:has-text("three corners")');
    for (const way of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      await page.focus('.point-map .canvas');
      await page.keyboard.press(way);
      await page.waitForTimeout(350);
      await page.focus('.point-map + button');
      await page.keyboard.press('Enter');
    }
    const corners = (await page.locator('textarea[name=drawn]').inputValue()).split('\n').map((line) => line.split(',').map(Number));
    assert.equal(corners.length, 3);
    for (const [lon, lat] of corners) assert.ok(Math.abs(lon - 113.9313) < 0.01 && Math.abs(lat - 28.2525) < 0.01, `${lon}, ${lat} is not near the imagery`);
    await page.click('button[type=submit]');
    await page.waitForSelector('progress');
    assert.deepEqual(sent, ['May.geojson']);
    assert.equal(orders[0].boundary, 'inbox/May.geojson');
    await context.close();
  });

  it('a session that ends in the middle of a form leaves it as it is, until the same person has logged in again', async () => {
    for (const [size, locale] of [['office', 'zh-CN'], ['phone', 'en-US']]) {
      const { page, context, wrong } = await opened(there.browser, there.server.address, { size, locale });
      await loggedIn(page, there.server.address, '李伟', 'correct');
      await page.goto(`${there.server.address}#/progress/tips`);
      await page.click('.news button');
      await page.fill('dialog textarea[name=text]', '老砖窑后的菜地，写了十分钟');
      await page.evaluate(() => fetch('/api/logout', { method: 'POST', headers: { 'X-Papaver': '1' } }));
      await page.click('dialog button[type=submit]');
      await page.waitForSelector('.login-again input[type=password]:focus');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      // A browser closes a dialog at the second Esc whatever the page says: it is opened again at once.
      await page.waitForSelector('.login-again', { state: 'visible' });
      await page.fill('.login-again input[type=password]', 'wrong');
      await page.click('.login-again button[type=submit]');
      await page.waitForSelector('.login-again .failure');
      await page.fill('.login-again input[type=password]', 'correct');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.login-again', { state: 'detached' });
      await comes(() => page.locator('dialog textarea[name=text]').inputValue(), '老砖窑后的菜地，写了十分钟');
      await comes(() => page.locator('dialog .failure').count(), 0, 'who has logged in is not told that they have not');
      await page.click('dialog button[type=submit]');
      await page.waitForSelector('dialog', { state: 'detached' });
      assert.deepEqual(wrong, []);
      await context.close();
    }
  });

  it('what one person typed is not there for the next', async () => {
    const { page, context } = await opened(there.browser, there.server.address, {});
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/progress/tips`);
    await page.click('.news button');
    await page.fill('dialog textarea[name=text]', '老砖窑后的菜地');
    await page.evaluate(() => fetch('/api/logout', { method: 'POST', headers: { 'X-Papaver': '1' } }));
    // The next person is picked in the moment in which the list is there: nothing that the page does afterwards may pick another.
    await page.evaluate(() => new MutationObserver((_, observer) => {
      const option = document.querySelector('.login-again option[value="410423/王芳"]');
      if (!option) return;
      observer.disconnect();
      option.parentElement.value = option.value;
      option.parentElement.dispatchEvent(new Event('change', { bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true }));
    await page.click('dialog button[type=submit]');
    await page.waitForFunction(() => document.querySelectorAll('.login-again select')[1]?.value === '410423/王芳');
    await page.fill('.login-again input[type=password]', 'correct');
    await page.click('.login-again button[type=submit]');
    await page.waitForSelector('.bar .who:has-text("王芳")');
    await comes(() => page.locator('dialog').count(), 0);
    await context.close();
  });

  it('days are those of the registry, whatever day it is where the computer stands', async () => {
    // Between these two it is another day at any time.
    for (const timezoneId of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const { page, context } = await opened(there.browser, there.server.address, { timezoneId });
      await loggedIn(page, there.server.address, '李伟', 'correct');
      await page.goto(`${there.server.address}#/progress/patrols`);
      const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
      const before = today();
      await page.click('.news button');
      const said = await page.inputValue('dialog input[name=on]');
      assert.ok([before, today()].includes(said), `${said} in ${timezoneId}`);
      await context.close();
    }
  });

  it('remarks of a scan are sentences, and who may not scan is not asked to', async () => {
    const { page, context } = await opened(there.browser, there.server.address, { locale: 'en-US' });
    await loggedIn(page, there.server.address, '孙丽', 'correct');
    await comes(() => page.locator('.bar nav a[href="#/scan"]').count(), 0);
    await comes(() => page.locator('a.button[href="#/scan"]').count(), 0);
    await page.goto(`${there.server.address}#/scan`);
    await page.waitForSelector('text=None of your roles allows this.');
    await page.goto(`${there.server.address}#/runs/r1`);
    await page.waitForSelector('.remarks-of-run');
    await page.evaluate(() => { document.querySelector('.remarks-of-run').open = true; });
    const said = await page.locator('.remarks-of-run').innerText();
    assert.match(said, /DJI_0007\.JPG does not say where it was taken/);
    assert.match(said, /copy it from the card again/);
    assert.doesNotMatch(said, /message|remedy|zh|没有/);
    await comes(() => page.locator('.card button').count(), 0, 'a scan is stopped by who may scan');
    await context.close();
  });
});
