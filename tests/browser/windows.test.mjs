// Windows of one browser: many at once, ones that nobody looks at and ones that nobody sits at; and one as small as a phone.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comes, loggedIn, opened, staged } from './common.mjs';

/** A window that is seen or not, as a test says. */
function hideable() {
  let hidden = false;
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  globalThis.showWindow = (shown) => {
    hidden = !shown;
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

/** What a page asks for, with its headers. */
function asked(page, path) {
  const found = [];
  page.on('request', (request) => { if (new URL(request.url()).pathname === path) found.push(request.headers()); });
  return found;
}

describe('windows', { concurrency: false }, () => {
  const there = staged('--candidates', '60', '--sites', '60');

  it('eight at once show what they are asked for, and one that is seen again what has changed', async () => {
    const { page, context, wrong } = await opened(there.browser, there.server.address);
    await context.addInitScript(hideable);
    const pages = [page];
    while (pages.length < 8) pages.push(await context.newPage());
    for (const one of pages) {
      await one.goto(there.server.address);
      await one.waitForSelector('.cards');
      await one.evaluate(() => globalThis.showWindow(false));
    }
    const again = asked(page, '/api/library');
    await page.evaluate(() => globalThis.showWindow(true));
    await comes(() => again.length, 1);
    await context.close();
    assert.deepEqual(wrong, []);
  });

  it('one that nobody sits at says so where it asks, and that somebody is there once they are', async () => {
    const { page, context, wrong } = await opened(there.browser, there.server.address);
    await page.clock.install();
    await context.addInitScript(hideable);
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(there.server.address);
    await page.waitForSelector('.cards');
    const library = asked(page, '/api/library');
    const session = asked(page, '/api/session');
    const comesBack = async (times) => {
      for (const shown of [false, true]) await page.evaluate((now) => globalThis.showWindow(now), shown);
      await comes(() => library.length, times);
    };
    await page.mouse.move(200, 200);
    await comesBack(1);
    assert.equal(library[0]['x-papaver-attended'], undefined);
    await page.clock.fastForward('06:00');
    await comesBack(2);
    assert.equal(library[1]['x-papaver-attended'], 'no');
    await page.mouse.move(300, 300);
    await comes(() => session.length, 1);
    assert.equal(session[0]['x-papaver-attended'], 'yes');
    await comesBack(3);
    assert.equal(library[2]['x-papaver-attended'], undefined);
    await context.close();
    assert.deepEqual(wrong, []);
  });

  for (const locale of ['zh-CN', 'en-US']) {
    it(`nothing is cut off or lies under another on a phone, ${locale}`, async () => {
      const { page, context, wrong } = await opened(there.browser, there.server.address, { size: 'phone', locale });
      await loggedIn(page, there.server.address, '李伟', 'correct');
      await page.goto(`${there.server.address}#/screening/s1`);
      await page.waitForSelector('.pane img');
      const room = () => page.evaluate(() => {
        const bottoms = [...document.querySelectorAll('.reasons button')].map((one) => one.getBoundingClientRect().bottom);
        return Math.max(...bottoms) <= document.querySelector('.main-verdicts').getBoundingClientRect().top;
      });
      await comes(room, true);
      await page.goto(`${there.server.address}#/sites`);
      await page.waitForSelector('.site-row');
      const cut = () => page.evaluate(() => [...document.querySelectorAll('.filters :is(input, button, select, label)')]
        .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().right > innerWidth).length);
      assert.equal(await cut(), 0);
      assert.equal(await page.locator('.filters select').first().isVisible(), false);
      await page.click('.filters .more');
      assert.equal(await page.locator('.filters select').first().isVisible(), true);
      assert.equal(await cut(), 0);
      await context.close();
      assert.deepEqual(wrong, []);
    });
  }
});
