// Screening 5,000 candidates by keys: no verdict is lost, whatever happens to the page or to the server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launched, loggedIn, opened, standIn } from './common.mjs';

describe('screening', { concurrency: false }, () => {
  let browser;
  let server;
  before(async () => {
    server = await standIn('--candidates', '5000');
    browser = await launched();
  });
  after(async () => {
    await browser?.close();
    server?.stop();
  });

  async function desk() {
    const one = await opened(browser, server.address, {});
    await loggedIn(one.page, server.address, '李伟', 'correct');
    await one.page.goto(`${server.address}#/screening/s1`);
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
    assert.equal(await given(page), before + 1);
    await page.keyboard.press('u');
    await saved(page);
    assert.equal(await given(page), before);
    assert.equal(await page.locator('.verdict h2').textContent(), title);
    await context.close();
  });

  it('verdicts given while the server is away are kept across a closed page, and sent', async () => {
    const { page, context } = await desk();
    const before = await given(page);
    await page.route('**/verdicts', (route) => route.abort());
    for (const key of ['k', 'k', '1']) await page.keyboard.press(key);
    await page.waitForSelector('.progress-line .warning');
    assert.equal(await given(page), before);
    await page.close({ runBeforeUnload: false });
    const again = await context.newPage();
    await again.goto(`${server.address}#/screening/s1`);
    await again.waitForSelector('.pane img');
    await saved(again);
    assert.equal(await given(again), before + 3);
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
    await again.goto(`${server.address}#/screening/s1`);
    await again.waitForSelector('.pane img');
    await saved(again);
    assert.equal(await given(again), before + 1);
    assert.equal(await again.locator('.notice.bad').count(), 0);
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
    assert.equal(await given(page), before + 6);
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
    assert.equal(await given(page), before);
    await page.keyboard.press('k');
    await saved(page);
    assert.equal(await given(page), before + 1);
    await context.close();
  });
});
