// A hundred thousand sites on the map, without WebGL: how many frames a second while somebody drags it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launched, loggedIn, opened, percentile, standIn } from './common.mjs';

/** In the page: drags the map to and fro for some seconds, and counts the frames. */
function dragged(seconds) {
  const map = document.querySelector('.map .canvas .ol-viewport');
  const box = map.getBoundingClientRect();
  const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const pointer = (type, x, y, to) => to.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: y, pointerId: 1, pointerType: 'mouse', isPrimary: true, button: type === 'pointermove' ? -1 : 0, buttons: type === 'pointerup' ? 0 : 1 }));
  return new Promise((resolve) => {
    const frames = [];
    const began = performance.now();
    let last = began;
    pointer('pointerdown', middle.x, middle.y, map);
    const frame = (now) => {
      frames.push(now - last);
      last = now;
      const t = (now - began) / 1000;
      if (t >= seconds) {
        pointer('pointerup', middle.x, middle.y, document);
        resolve(frames.slice(1));
        return;
      }
      pointer('pointermove', middle.x + Math.sin(t * 2) * 250, middle.y + Math.sin(t * 3) * 120, document);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

describe('sites', { concurrency: false }, () => {
  let browser;
  let server;
  before(async () => {
    server = await standIn('--sites', '100000');
    browser = await launched();
  });
  after(async () => {
    await browser?.close();
    server?.stop();
  });

  it('100,000 sites pan at 30 frames a second or more in software rendering', async () => {
    const { page, context, wrong } = await opened(browser, server.address, {});
    assert.equal(await page.evaluate(() => document.createElement('canvas').getContext('webgl') ?? document.createElement('canvas').getContext('webgl2')), null, 'WebGL is off');
    await loggedIn(page, server.address, '李伟', 'correct');
    await page.goto(`${server.address}#/sites`);
    await page.waitForSelector('.site-row', { timeout: 60_000 });
    await page.waitForTimeout(1500);
    const frames = await page.evaluate(dragged, 4);
    const rate = (frames.length / frames.reduce((sum, one) => sum + one, 0)) * 1000;
    console.log(`pan: ${rate.toFixed(1)} frames a second, p95 ${percentile(frames, 0.95).toFixed(1)} ms a frame, longest ${Math.max(...frames).toFixed(0)} ms`);
    assert.ok(rate >= 30, `${rate} frames a second`);
    const rows = await page.locator('.site-row').count();
    assert.ok(rows > 5 && rows < 60, `${rows} rows are drawn at once`);
    assert.deepEqual(wrong, []);
    await context.close();
  });

  it('what is drawn around is selected, and assigned', async () => {
    const { page, context } = await opened(browser, server.address, {});
    await loggedIn(page, server.address, '李伟', 'correct');
    await page.goto(`${server.address}#/sites?text=河湾菜地&state=CANDIDATE&district=410423101`);
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
    const { page, context } = await opened(browser, server.address, {});
    await loggedIn(page, server.address, '李伟', 'correct');
    await page.goto(`${server.address}#/sites?overdue=true&state=CONFIRMED`);
    await page.waitForSelector('.site-row');
    assert.ok(await page.locator('.filters input[type=checkbox]').nth(1).isChecked());
    const texts = await page.locator('.site-row').allTextContents();
    assert.ok(texts.every((text) => /查实/.test(text) && /超期/.test(text)));
    await context.close();
  });
});
