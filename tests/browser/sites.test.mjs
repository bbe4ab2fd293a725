// A hundred thousand sites, without WebGL: drawn, filtered, selected on the map and assigned.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comes, loggedIn, opened, staged } from './common.mjs';

describe('sites', { concurrency: false }, () => {
  const there = staged('--sites', '100000');

  it('of a hundred thousand sites no more is drawn than is seen', async () => {
    const { page, context, wrong } = await opened(there.browser, there.server.address, {});
    assert.equal(await page.evaluate(() => document.createElement('canvas').getContext('webgl') ?? document.createElement('canvas').getContext('webgl2')), null, 'WebGL is off');
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/sites`);
    await page.waitForSelector('.site-row', { timeout: 60_000 });
    const rows = await page.locator('.site-row').count();
    assert.ok(rows > 5 && rows < 60, `${rows} rows are drawn at once`);
    assert.deepEqual(wrong, []);
    await context.close();
  });

  it('what is drawn around is selected, and assigned', async () => {
    const { page, context } = await opened(there.browser, there.server.address, {});
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/sites?text=河湾菜地&state=CANDIDATE&district=410423101`);
    await page.waitForSelector('.site-row');
    await page.waitForTimeout(500);
    await page.click('text=圈选');
    const box = await page.locator('.map .canvas').boundingBox();
    const corner = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    for (const [x, y] of [[0.06, 0.2], [0.9, 0.2], [0.9, 0.95]]) await page.mouse.click(...corner(x, y), { delay: 30 });
    await page.mouse.dblclick(...corner(0.06, 0.95));
    await page.click('.site-bar .primary');
    await page.fill('dialog input[name=crew]', '四组');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.notice:has-text("四组")');
    const crews = await page.evaluate(async () => (await (await fetch('/api/registries/k1/sites.geojson?crew=四组')).json()).features.length);
    assert.ok(crews > 0);
    await context.close();
  });

  it('the list is filtered by what the address says, and follows the map', async () => {
    const { page, context } = await opened(there.browser, there.server.address, {});
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/sites?overdue=true&state=CONFIRMED`);
    await page.waitForSelector('.site-row');
    await comes(() => page.locator('.filters input[type=checkbox]').nth(1).isChecked(), true);
    const texts = await page.locator('.site-row').allTextContents();
    assert.ok(texts.every((text) => /查实/.test(text) && /超期/.test(text)));
    await context.close();
  });
});
