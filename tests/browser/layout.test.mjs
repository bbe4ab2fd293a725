// Every page at three sizes, in both languages, light and dark: nothing sticks out, nothing serious for people who cannot see
// or point well, no other host, no break of the content policy.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comes, loggedIn, opened, serious, staged, sticksOut } from './common.mjs';

const pictures = process.env.PICTURES;

const PAGES = [
  ['library', '#/', '.cards'], ['screening', '#/screening/s1', '.pane img'], ['sheet', '#/screening/s1', '.pane img', (page) => page.keyboard.press('g')],
  ['keys', '#/screening/s1', '.pane img', (page) => page.keyboard.press('?')],
  ['sites', '#/sites', '.sites'], ['sites-walked', '#/sites', '.sites', (page) => walked(page)], ['site', null, '.site h1'], ['move', null, '.moves button', (page) => page.locator('.moves button').first().click()],
  ['progress', '#/progress', '.figures'], ['progress-end', '#/progress', '.figure-table', (page) => page.evaluate(() => scrollTo(0, 1e6))],
  ['duties', '#/progress/duties', '.entries'], ['duty', '#/progress/duties', '.entries', (page) => page.locator('.news button').click()],
  ['patrols', '#/progress/patrols', '.entries'], ['patrol', '#/progress/patrols', '.entries', (page) => drawing(page)],
  ['tips', '#/progress/tips', '.entries'], ['tip', '#/progress/tips', '.entries', (page) => page.locator('.news button').click()],
  ['tip-site', '#/progress/tips', '.entries', (page) => page.locator('.acts button').first().click()],
  ['supervision', '#/progress/supervision', '.ladder'], ['round', '#/progress/supervision', '.ladder', (page) => page.locator('.news button').first().click()],
  ['measure', '#/progress/supervision', '.ladder', (page) => page.locator('.news button').nth(2).click()],
  ['analysis', '#/analysis', '.ranks'], ['analysis-hot', '#/analysis', '.ranks', (page) => page.locator('.themes button').nth(2).click()], ['scan', '#/scan', 'form'], ['run', '#/runs/r1', 'progress'], ['survey', '#/surveys/s1', '.survey'], ['bundles', '#/bundles', '.drop'],
];

/** The ground that patrols walked, on the map of the sites. */
async function walked(page) {
  await page.waitForSelector('.site-row');
  if (await page.locator('.site-bar .switch').isVisible()) await page.click('.site-bar .switch');
  await page.locator('.map-tools input[type=checkbox]').check();
  await page.waitForSelector('.map-tools .hint');
}

/** Three corners on the map of a patrol that is being recorded. */
async function drawing(page) {
  await page.locator('.news button').click();
  await page.locator('.place-tools button').click();
  await page.waitForTimeout(700);
  const map = page.locator('.point-map .canvas');
  await map.scrollIntoViewIfNeeded();
  for (const [x, y] of [[60, 60], [200, 80], [160, 200]]) {
    await map.click({ position: { x, y } });
    await page.waitForTimeout(400);
  }
}

describe('layout', { concurrency: false }, () => {
  const there = staged('--candidates', '300', '--sites', '400');
  for (const [size, locale, colorScheme] of [['phone', 'zh-CN', 'light'], ['phone', 'en-US', 'dark'], ['tablet', 'en-US', 'light'], ['tablet', 'zh-CN', 'dark'], ['office', 'zh-CN', 'light'], ['office', 'en-US', 'dark']]) {
    it(`every page at ${size} size, ${locale}, ${colorScheme}`, async () => {
      const { page, context, wrong } = await opened(there.browser, there.server.address, { size, locale, colorScheme });
      const found = [];
      await page.goto(`${there.server.address}#/login`);
      await page.waitForSelector('input[type=password]');
      found.push(...(await serious(page)).map((one) => `login: ${one}`));
      await loggedIn(page, there.server.address, '李伟', 'correct');
      const code = await page.evaluate(async () => (await (await fetch('/api/registries/k1/sites.geojson?state=ERADICATED')).json()).features[0].id);
      for (const [name, hash, ready, act] of PAGES) {
        await page.goto(`${there.server.address}${hash ?? `#/sites/${code}`}`);
        await page.reload();
        await page.waitForSelector(ready);
        await act?.(page);
        await page.waitForTimeout(300);
        if (pictures) await page.screenshot({ path: `${pictures}/${name}-${size}-${locale}-${colorScheme}.png` });
        const over = await sticksOut(page);
        if (over > 0) found.push(`${name}: ${over} pixels stick out`);
        found.push(...(await serious(page)).map((one) => `${name}: ${one}`));
      }
      await context.close();
      assert.deepEqual([...found, ...wrong], []);
    });
  }
  it('the map of a survey says why ground was not searched, wherever one points', async () => {
    const { page, context } = await opened(there.browser, there.server.address, { locale: 'zh-CN' });
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/surveys/s1`);
    await page.waitForSelector('.survey .map .canvas');
    await page.waitForTimeout(1500);
    const box = await page.locator('.map .canvas').boundingBox();
    for (const [part, said] of [[1 / 6, /^已搜索/], [1 / 2, /边界之外/], [5 / 6, /照片间空隙/]]) {
      for (const aside of [-3, 0, 2]) {
        await page.mouse.click(box.x + 40 + (box.width - 80) * part + aside, box.y + box.height / 2 + aside);
        // No two clicks are to make a double click.
        await page.waitForTimeout(600);
        await comes(() => page.locator('.map-tools .hint').textContent(), said);
      }
    }
    await context.close();
  });
  it('the language follows the browser, and the switch is remembered', async () => {
    const { page, context } = await opened(there.browser, there.server.address, { locale: 'zh-CN' });
    await page.goto(there.server.address);
    await page.click('text=English');
    await comes(() => page.evaluate(() => document.documentElement.lang), 'en');
    await page.reload();
    await page.waitForSelector('text=中文');
    await comes(() => page.evaluate(() => document.documentElement.lang), 'en');
    await context.close();
  });
});
