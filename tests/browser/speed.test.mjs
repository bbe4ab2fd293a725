// How quick the pages are on this computer: frames a second while somebody drags a map of a hundred thousand sites in software
// rendering, the time from a key to the next picture, and that until a survey's imagery is first seen whole. It says nothing where
// something else is busy, so it runs when asked:
//   SPEED=1 tests/browser.sh
// The first view is that of the raster of benches/tiles.sh, with the pyramid that it made, where PAPAVER_BENCH holds them; else of
// the sample.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launched, loggedIn, opened, percentile, served, standIn } from './common.mjs';

const VERDICTS = 120;
const VIEWS = 7;
const program = process.env.PAPAVER;

/** The results of the scan that benches/tiles.sh makes with a pyramid; nothing where it has not been run. */
function benched() {
  const results = join(process.env.PAPAVER_BENCH ?? join(tmpdir(), 'papaver-bench'), 'tiles-pyramid');
  const has = (name) => existsSync(join(results, name));
  return has('scan.json') && has('pyramid') && readdirSync(join(results, 'pyramid')).length > 0 ? results : null;
}

/** A folder with one survey: the large raster's where there is one, else the sample's. */
function surveyed() {
  const folder = mkdtempSync(join(tmpdir(), 'papaver-view-'));
  const large = benched();
  if (large) cpSync(large, join(folder, 'survey'), { recursive: true });
  else execFileSync(program, ['scan', fileURLToPath(new URL('../../samples/village/ortho.tif', import.meta.url)), '-o', join(folder, 'survey'), '-q'], { stdio: 'pipe' });
  return { folder, of: large ? 'the raster of benches/tiles.sh' : 'the sample' };
}

/** In the page: milliseconds from its address to the first frame after the last tile of what is in view; a quarter of a second without
 * a further one ends it. */
function firstView() {
  const tiles = () => performance.getEntriesByType('resource').filter(({ name }) => /\/api\/tiles\/[^/]+\/[^/]+\/\d+\//.test(name));
  return new Promise((resolve) => {
    let [known, drawn, quiet] = [0, 0, performance.now()];
    const frame = () => {
      const now = performance.now();
      const found = tiles();
      if (found.length !== known) [known, drawn, quiet] = [found.length, now, now];
      if (known > 0 && now - quiet > 250) return resolve({ milliseconds: drawn, tiles: known });
      return requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}

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

  it('a survey is first seen, with its imagery, within a second of its address', { skip: program && existsSync(program) ? false : 'PAPAVER names no program' }, async (t) => {
    const { folder, of } = surveyed();
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const server = await served(program, (port) => ['serve', folder, '--port', String(port), '--no-browser']);
    t.after(server.stop);
    const id = (await (await fetch(`${server.address}api/library`)).json()).surveys[0].id;
    const views = [];
    // Each in a browser that has kept nothing; the first one of a server that has opened nothing.
    for (let n = 0; n < VIEWS; n += 1) {
      const { page, context, wrong } = await opened(browser, server.address, {});
      await page.goto(`${server.address}#/surveys/${id}`, { waitUntil: 'commit' });
      views.push(await page.evaluate(firstView));
      assert.deepEqual(wrong, []);
      await context.close();
    }
    const times = views.map(({ milliseconds }) => milliseconds);
    console.log(`first view of ${of}: ${times.map((one) => one.toFixed(0)).join(', ')} ms (the first of a server just started), ${views[0].tiles} tiles; load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors`);
    assert.ok(percentile(times, 0.5) <= 1000, `${percentile(times, 0.5)} ms`);
  });
});
