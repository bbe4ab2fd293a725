// How quick the pages are on this computer: frames a second while somebody drags a map of a hundred thousand sites in software
// rendering, and the time from a key to the next picture. It says nothing where something else is busy, so it runs when asked:
//   SPEED=1 tests/browser.sh
import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { launched, loggedIn, opened, percentile, standIn } from './common.mjs';

const VERDICTS = 120;

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

/** In the page: the time from each key to the frame that shows another, decoded picture. */
function watch() {
  window.keyToPicture = [];
  let pressed = null;
  document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const picture = document.querySelector('.pane img');
    if (pressed === null || !picture || picture.src === window.lastPicture) return;
    const began = pressed;
    pressed = null;
    window.lastPicture = picture.src;
    const was_decoded = picture.complete;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.keyToPicture.push({ milliseconds: performance.now() - began, was_decoded });
      channel.port2.postMessage(null);
    });
  }).observe(document.body, { subtree: true, childList: true });
}

/** Milliseconds that the page's own thread has worked, whatever else the computer does. */
async function taskTime(context, page) {
  const metrics = await context.newCDPSession(page);
  await metrics.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => (await metrics.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}

describe('speed', { skip: process.env.SPEED ? false : 'SPEED=1 measures it', concurrency: false }, () => {
  let browser;
  before(async () => {
    browser = await launched();
  });
  after(async () => browser?.close());

  it('100,000 sites pan at 30 frames a second or more in software rendering', async (t) => {
    const server = await standIn('--sites', '100000');
    t.after(server.stop);
    const { page, context, wrong } = await opened(browser, server.address, {});
    await loggedIn(page, server.address, '李伟', 'correct');
    await page.goto(`${server.address}#/sites`);
    await page.waitForSelector('.site-row', { timeout: 60_000 });
    await page.waitForTimeout(1500);
    const busy = await taskTime(context, page);
    const before = await busy();
    const frames = await page.evaluate(dragged, 4);
    const each = ((await busy()) - before) / frames.length;
    const rate = (frames.length / frames.reduce((sum, one) => sum + one, 0)) * 1000;
    console.log(`pan: ${rate.toFixed(1)} frames a second, p95 ${percentile(frames, 0.95).toFixed(1)} ms a frame, longest ${Math.max(...frames).toFixed(0)} ms, ${each.toFixed(1)} ms of the page's processor time a frame; load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors`);
    assert.ok(rate >= 30, `${rate} frames a second`);
    assert.deepEqual(wrong, []);
    await context.close();
  });

  it('the next picture is there within 50 ms of the key at the 95th percentile, at more than 60 verdicts a minute', async (t) => {
    const server = await standIn('--candidates', '5000');
    t.after(server.stop);
    const { page, context, wrong } = await opened(browser, server.address, {});
    await loggedIn(page, server.address, '李伟', 'correct');
    await page.goto(`${server.address}#/screening/s1`);
    await page.waitForSelector('.pane img');
    await page.waitForTimeout(3000);
    await page.evaluate(watch);
    const busy = await taskTime(context, page);
    const before = await busy();
    const began = performance.now();
    for (let n = 0; n < VERDICTS; n += 1) {
      await page.keyboard.press(['k', '2', '5', 'j'][n % 4]);
      await page.waitForTimeout(150);
    }
    const minutes = (performance.now() - began) / 60_000;
    const each = ((await busy()) - before) / VERDICTS;
    await page.waitForFunction(() => /已全部保存/.test(document.querySelector('.progress-line')?.textContent ?? ''));
    const times = await page.evaluate(() => window.keyToPicture);
    const p95 = percentile(times.map((one) => one.milliseconds), 0.95);
    const ready = times.filter((one) => one.was_decoded).length;
    console.log(`key to picture: median ${percentile(times.map((one) => one.milliseconds), 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms; ${(VERDICTS / minutes).toFixed(0)} verdicts a minute; ${ready} of ${times.length} pictures were ready; ${each.toFixed(1)} ms of the page's processor time a verdict`);
    assert.equal(times.length, VERDICTS);
    assert.ok(each <= 50, `${each} ms of processor time a verdict`);
    assert.ok(p95 <= 50, `p95 is ${p95} ms`);
    assert.ok(ready >= VERDICTS * 0.95, 'pictures are read ahead');
    assert.ok(VERDICTS / minutes >= 60);
    assert.equal(await page.evaluate(async () => (await (await fetch('/api/registries/k1/screening/s1')).json()).done), VERDICTS);
    assert.deepEqual(wrong, []);
    await context.close();
  });
});
