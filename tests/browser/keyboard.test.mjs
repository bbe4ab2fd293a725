// The pages by the keyboard alone: everything that can be clicked is reached by Tab, the focus is seen, nothing holds it, and the
// work of a day is done without a mouse.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comes, opened, staged } from './common.mjs';

const PAGES = [
  ['#/', '.cards'], ['#/screening/s1', '.pane img'], ['#/sites?state=CONFIRMED', '.site-row'], ['#/progress', '.figure-table'], ['#/progress/patrols', '.entries'], ['#/progress/tips', '.entries'], ['#/progress/supervision', '.ladder'], ['#/analysis', '.ranks'],
  ['#/scan', 'form'], ['#/runs/r1', 'progress'], ['#/surveys/s1', '.survey'], ['#/bundles', '.drop'],
];

/** In the page: what Tab has to reach. What a long list has not drawn is reached by scrolling it. */
function toBeReached() {
  const all = document.querySelectorAll('a[href], button:not(:disabled), input:not([type=hidden], [hidden]), select, textarea, summary, [tabindex="0"]');
  const seen = [...all].filter((one) => one.getClientRects().length > 0 && !one.closest('.cells') && (one.matches('summary') || !one.closest('details:not([open])')) && getComputedStyle(one).visibility !== 'hidden');
  seen.forEach((one, index) => one.setAttribute('data-reach', String(index)));
  return seen.length;
}

/** In the page: which of them has the focus, and whether that is seen. */
function focused() {
  const one = document.activeElement;
  const style = one ? getComputedStyle(one) : null;
  return { reach: one?.getAttribute('data-reach') ?? null, is_seen: style !== null && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, what: one?.outerHTML.slice(0, 120) ?? '', end: one === document.body };
}

describe('keyboard', { concurrency: false }, () => {
  const there = staged('--candidates', '40', '--sites', '400');

  /** Presses Tab until `wanted` has the focus. */
  async function tabTo(page, wanted) {
    for (let n = 0; n < 80; n += 1) {
      if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, wanted)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab does not reach ${wanted}`);
  }

  async function here() {
    const one = await opened(there.browser, there.server.address, { locale: 'en-US' });
    await one.page.goto(`${there.server.address}#/login`);
    await one.page.waitForFunction(() => document.querySelectorAll('option').length > 3);
    await tabTo(one.page, 'select:not(:has(option[value="k1"]))');
    await one.page.keyboard.type('李');
    await one.page.keyboard.press('ArrowDown');
    await one.page.evaluate(() => {
      const people = document.querySelectorAll('select')[1];
      if (!people.value.endsWith('李伟')) people.value = [...people.options].find((option) => option.value.endsWith('李伟')).value;
      people.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await tabTo(one.page, 'input[type=password]');
    await one.page.keyboard.type('correct');
    await one.page.keyboard.press('Enter');
    await one.page.waitForSelector('.bar nav');
    return one;
  }

  it('Tab reaches everything on every page, is seen where it is, and is held nowhere', async () => {
    const { page, context } = await here();
    const wrong = [];
    for (const [hash, ready] of PAGES) {
      await page.goto(`${there.server.address}${hash}`);
      await page.reload();
      await page.waitForSelector(ready);
      await page.waitForTimeout(400);
      const number = await page.evaluate(toBeReached);
      const reached = new Set();
      for (let n = 0; n < number + 60; n += 1) {
        await page.keyboard.press('Tab');
        const now = await page.evaluate(focused);
        if (now.end) break;
        if (now.reach !== null) reached.add(now.reach);
        if (!now.is_seen) wrong.push(`${hash}: the focus is not seen on ${now.what}`);
      }
      const left = await page.evaluate((seen) => [...document.querySelectorAll('[data-reach]')].filter((one) => !seen.includes(one.getAttribute('data-reach'))).map((one) => one.outerHTML.slice(0, 120)), [...reached]);
      wrong.push(...left.map((one) => `${hash}: not reached: ${one}`));
    }
    assert.deepEqual([...new Set(wrong)], []);
    await context.close();
  });

  it('a crew is sent by keys, and Esc leaves a dialog where it was opened', async () => {
    const { page, context } = await here();
    await page.goto(`${there.server.address}#/sites?state=CANDIDATE`);
    await page.waitForSelector('.site-row');
    await tabTo(page, '.site-row input');
    await page.keyboard.press('Space');
    await page.waitForSelector('.site-bar .primary');
    await page.keyboard.press('Shift+Tab');
    await page.evaluate(() => document.querySelector('.site-bar .primary').focus());
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    await comes(() => page.evaluate(() => document.activeElement?.matches('.site-bar .primary') ?? false), true, 'the focus goes back');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await tabTo(page, 'dialog input[name=crew]');
    await page.keyboard.type('五组');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.notice:has-text("五组")');
    await context.close();
  });

  it('a patrol on drawn ground, a tip-off that becomes a site and a measure are recorded by keys alone', async () => {
    const { page, context } = await here();
    await page.goto(`${there.server.address}#/progress/patrols`);
    await page.waitForSelector('.entries');
    await tabTo(page, '.news button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await tabTo(page, 'dialog input[name=crew]');
    await page.keyboard.type('三组');
    await tabTo(page, 'dialog input[name=people]');
    await page.keyboard.type('5');
    await tabTo(page, 'dialog .place-tools button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.point-map');
    await page.waitForTimeout(500);
    for (const way of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      await tabTo(page, '.point-map .canvas');
      for (let n = 0; n < 3; n += 1) {
        await page.keyboard.press(way);
        await page.waitForTimeout(250);
      }
      await tabTo(page, '.point-map + button');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Shift+Tab');
      await page.evaluate(() => document.querySelector('.point-map .canvas').focus());
    }
    assert.equal(new Set((await page.locator('textarea[name=drawn]').inputValue()).split('\n')).size, 3, 'three corners');
    await tabTo(page, 'dialog button[type=submit]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.entries .card:first-child:has-text("三组")');
    await comes(() => page.evaluate(() => document.activeElement?.matches('.news button') ?? false), true, 'the focus goes back');
    await page.goto(`${there.server.address}#/progress/tips`);
    await page.waitForSelector('.entries');
    await tabTo(page, '.entries .acts button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await comes(() => page.locator('dialog input[name=place]').inputValue(), /112\.8312/, 'the place that was told');
    await tabTo(page, 'dialog input[name=name]');
    await page.keyboard.type('砖窑');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.notice:has-text("5M2XK7-Q")');
    await page.goto(`${there.server.address}#/progress/supervision`);
    await page.waitForSelector('.ladder');
    await tabTo(page, '.acts button[aria-label^="Take a measure"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await comes(() => page.locator('dialog select[name=rung]').inputValue(), 'talk', 'the next rung comes first');
    await tabTo(page, 'dialog textarea[name=reason]');
    await page.keyboard.type('逾期未改');
    await tabTo(page, 'dialog button[type=submit]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.ladder li:nth-child(3).stands');
    await context.close();
  });

  it('a map is moved and zoomed by keys', async () => {
    const { page, context } = await here();
    await page.goto(`${there.server.address}#/analysis`);
    await page.waitForSelector('.ranks');
    await tabTo(page, '.map .canvas');
    const scale = () => page.locator('.ol-scale-line-inner').first().textContent();
    const before = await scale();
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('+');
    await page.waitForFunction((was) => document.querySelector('.ol-scale-line-inner')?.textContent !== was, before);
    await tabTo(page, '.ranks th button');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.ranks tr.current');
    await context.close();
  });
});
