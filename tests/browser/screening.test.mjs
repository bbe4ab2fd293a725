// Screening 5,000 candidates by keys: no verdict is lost, whatever happens to the page or to the server.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comes, loggedIn, opened, staged } from './common.mjs';

describe('an order that was learnt', { concurrency: false }, () => {
  const there = staged('--candidates', '60', '--learnt', 'yes');

  it('is that in which the page shows candidates, lots between the best and alone', async () => {
    const { page, context, wrong } = await opened(there.browser, there.server.address, { locale: 'en-US' });
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/screening/s1`);
    await page.waitForSelector('.pane img');
    const { queue } = await page.evaluate(async () => (await fetch('/api/registries/k1/screening/s1')).json());
    const shown = async () => Number(/learnt from verdicts: rank (\d+)/.exec(await page.locator('.verdict header .num').first().textContent())[1]);
    for (const item of queue.slice(0, 12)) {
      await comes(shown, item.rank_learnt);
      await comes(() => page.locator('.verdict .why').count(), item.why === 'best' ? 0 : 1);
      await page.keyboard.press('ArrowRight');
    }
    await page.locator('.progress-line select').selectOption('lots');
    const lots = queue.filter(({ why }) => why === 'audit').map(({ rank_learnt }) => rank_learnt);
    assert.equal(lots.length, 6);
    for (let n = 0; n < 6; n += 1) await page.keyboard.press('ArrowLeft');
    for (const rank of lots) {
      await comes(shown, rank);
      await page.keyboard.press('ArrowRight');
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });

  it('the line above the list says whether to stop and how many are to be expected, and an audit is drawn there', async () => {
    const { page, context, wrong } = await opened(there.browser, there.server.address, { locale: 'en-US' });
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/screening/s1`);
    await page.waitForSelector('.prospect:has-text("no random audit was drawn"):has-text("15 to 30 of 60 undecided will be kept")');
    await page.click('.prospect button');
    await page.waitForSelector('.prospect:has-text("go on, up to 18 % may be missed")');
    await comes(() => page.locator('.prospect button').count(), 0);
    await page.waitForSelector('.pane img');
    assert.deepEqual(wrong, []);
    await context.close();
  });
});

describe('screening', { concurrency: false }, () => {
  const there = staged('--candidates', '5000');

  async function desk() {
    const one = await opened(there.browser, there.server.address, {});
    await loggedIn(one.page, there.server.address, '李伟', 'correct');
    await one.page.goto(`${there.server.address}#/screening/s1`);
    await one.page.waitForSelector('.pane img');
    return one;
  }
  const given = (page) => page.evaluate(async () => (await (await fetch('/api/registries/k1/screening/s1')).json()).done);
  const saved = (page) => page.waitForFunction(() => /已全部保存/.test(document.querySelector('.progress-line')?.textContent ?? ''));

  it('undo takes the last verdict back, here and on the server', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    const title = await page.locator('.verdict h2').textContent();
    await page.keyboard.press('3');
    await saved(page);
    await comes(() => given(page), before + 1);
    await page.keyboard.press('u');
    await saved(page);
    await comes(() => given(page), before);
    await comes(() => page.locator('.verdict h2').textContent(), title);
    await context.close();
  });

  it('verdicts given while the server is away are kept across a closed page, and sent', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    await page.route('**/verdicts', (route) => route.abort());
    for (const key of ['k', 'k', '1']) await page.keyboard.press(key);
    await page.waitForSelector('.progress-line .warning');
    await comes(() => given(page), before);
    await page.close({ runBeforeUnload: false });
    const again = await context.newPage();
    await again.goto(`${there.server.address}#/screening/s1`);
    await again.waitForSelector('.pane img');
    await saved(again);
    await comes(() => given(again), before + 3);
    await context.close();
  });

  it('verdicts of two windows of one person are both kept while the server is away', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    await context.route('**/verdicts', (route) => route.abort());
    const second = await context.newPage();
    await second.goto(`${there.server.address}#/screening/s1`);
    await second.waitForSelector('.pane img');
    await page.keyboard.press('k');
    await page.waitForSelector('.progress-line .warning');
    await second.keyboard.press('ArrowRight');
    await second.keyboard.press('k');
    await second.waitForSelector('.progress-line .warning');
    for (const window of [page, second]) await window.close({ runBeforeUnload: false });
    await context.unroute('**/verdicts');
    const again = await context.newPage();
    await again.goto(`${there.server.address}#/screening/s1`);
    await again.waitForSelector('.pane img');
    await saved(again);
    await comes(() => given(again), before + 2);
    await context.close();
  });

  it('a verdict that the server took while the page was being closed stands once, and nothing is left to send', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    const { promise: taken, resolve: take } = Promise.withResolvers();
    await page.route('**/verdicts', async (route) => {
      await route.fetch();
      take();
    });
    await page.keyboard.press('2');
    await taken;
    await page.close({ runBeforeUnload: false });
    const again = await context.newPage();
    await again.goto(`${there.server.address}#/screening/s1`);
    await again.waitForSelector('.pane img');
    await saved(again);
    await comes(() => given(again), before + 1);
    await comes(() => again.locator('.notice.bad').count(), 0);
    await context.close();
  });

  it('the contact sheet discards what is selected for one reason', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    await page.keyboard.press('g');
    await page.locator('.thumb .pick').nth(0).click();
    await page.locator('.thumb .pick').nth(5).click({ modifiers: ['Shift'] });
    await page.locator('.sheet-actions button', { hasText: '蔬菜' }).click();
    await saved(page);
    await comes(() => given(page), before + 6);
    const cells = await page.locator('.thumb').count();
    assert.ok(cells < 120, `${cells} cells are drawn at once`);
    await context.close();
  });

  it('typing a note decides nothing', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    await page.keyboard.press('n');
    await page.keyboard.type('k 2 u');
    await page.keyboard.press('Escape');
    await comes(() => given(page), before);
    await page.keyboard.press('k');
    await saved(page);
    await comes(() => given(page), before + 1);
    await context.close();
  });
});
