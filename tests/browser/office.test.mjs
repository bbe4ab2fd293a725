// What an office asks of its lists: seasons, several states, what falls due; a report that cannot be made; a bundle before it is
// taken and the receipt after it. Against the stand-in, by mouse and by keyboard.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { changed, comes, loggedIn, opened, serious, staged, sticksOut } from './common.mjs';

const pictures = process.env.PICTURES;

describe('an office', { concurrency: false }, () => {
  const there = staged('--sites', '400');
  async function at(hash, look = {}) {
    const one = await opened(there.browser, there.server.address, look);
    await loggedIn(one.page, there.server.address, '李伟', 'correct');
    await one.page.goto(`${there.server.address}#/${hash}`);
    return one;
  }
  const shot = async (page, name) => { if (pictures) await page.screenshot({ path: `${pictures}/office-${name}.png`, fullPage: true }); };
  const LOOKS = [['phone', 'zh-CN', 'light'], ['office', 'en-US', 'dark']];

  it('lists sites of several states at once, of a season, and due within some days', async () => {
    const { page, context, wrong } = await at('sites');
    await page.waitForSelector('.site-row');
    const listed = () => page.locator('.site-bar .num').textContent();
    const all = await listed();
    await page.focus('.filters .dropping');
    await page.keyboard.press('Enter');
    for (const name of ['查实', '销号']) {
      await page.locator('.states label', { hasText: new RegExp(`^${name}$`) }).locator('input').focus();
      await page.keyboard.press('Space');
    }
    await page.waitForFunction(() => /CONFIRMED%2CCLOSED|CONFIRMED,CLOSED/.test(location.hash));
    await changed(listed, all);
    const states = await page.evaluate(async () => (await (await fetch(`/api/registries/k1/sites.geojson?${location.hash.split('?')[1]}`)).json()).features.map((one) => one.properties.state));
    assert.deepEqual([...new Set(states)].sort(), ['CLOSED', 'CONFIRMED']);
    await page.click('.states button');
    await comes(listed, all);
    await page.locator('.filters select[aria-label="到期"]').selectOption('7');
    await page.waitForFunction(() => /due_within=7/.test(location.hash));
    await changed(listed, all);
    await page.locator('.filters select[aria-label="到期"]').selectOption('');
    await comes(listed, all);
    await comes(() => page.locator('.filters select[aria-label="年度"] option').allTextContents(), ['年度：全部', '2026 年度', '2025 年度']);
    await page.locator('.filters select[aria-label="年度"]').selectOption('2025');
    await page.waitForFunction(() => /season=2025/.test(location.hash));
    await changed(listed, all);
    // What is chosen leaves the others to choose from.
    await comes(() => page.locator('.filters select[aria-label="年度"] option').count(), 3);
    await context.close();
    assert.deepEqual(wrong, []);
  });

  for (const [size, locale, colorScheme] of LOOKS) {
    it(`fits with its filters, progress and bundles at ${size} size, ${locale}, ${colorScheme}`, async () => {
      const { page, context, wrong } = await at('sites', { size, locale, colorScheme });
      const found = [];
      const look = async (name) => {
        await page.waitForTimeout(300);
        await shot(page, `${name}-${size}-${locale}-${colorScheme}`);
        const over = await sticksOut(page);
        if (over > 0) found.push(`${name}: ${over} pixels stick out`);
        found.push(...(await serious(page)).map((one) => `${name}: ${one}`));
      };
      await page.waitForSelector('.site-row');
      await page.click('.filters .dropping');
      await page.locator('.states input').first().check();
      await look('states');
      await page.goto(`${there.server.address}#/progress`);
      await page.waitForSelector('.figures');
      await page.click('.open-link a >> nth=0');
      await page.waitForSelector('.open-link .failure');
      await look('progress');
      await page.goto(`${there.server.address}#/bundles`);
      await page.waitForSelector('.drop');
      await page.setInputFiles('.drop input', { name: 'county.bundle', mimeType: 'application/octet-stream', buffer: Buffer.from('x') });
      await page.waitForSelector('.card table');
      await look('bundle');
      await page.click('.card .primary');
      await page.waitForSelector('.card .hint');
      await look('bundle-taken');
      await context.close();
      assert.deepEqual([...found, ...wrong], []);
    });
  }

  it('tells of each step of a season, and of another one', async () => {
    const { page, context } = await at('progress');
    await page.waitForSelector('.figures');
    const steps = ['已搜索', '生长期内', '疑似点', '已研判', '已派查', '已核查', '已铲除', '已验收', '超期'];
    const titles = await page.locator('.figure dt').allTextContents();
    for (const step of steps) assert.ok(titles.includes(step), `${step} is not among ${titles}`);
    for (const step of steps.slice(2)) await comes(() => page.locator('.figure', { has: page.locator('dt', { hasText: new RegExp(`^${step}$`) }) }).textContent(), /共 \d+/, step);
    const heads = await page.locator('table.numbers').first().locator('th[scope=col]').allTextContents();
    for (const step of steps.slice(2)) assert.ok(heads.includes(step), `${step} is not among ${heads}`);
    await comes(() => page.locator('.hint').first().textContent(), /其他年度.*3/);
    await page.locator('.list-head select').selectOption('2025');
    await page.waitForSelector('h1:has-text("2025")');
    assert.match(page.url(), /season=2025/);
    await comes(() => page.locator('.open-link a').first().getAttribute('href'), /season=2025/);
    await context.close();
  });

  it('says on the page why a report cannot be made, and opens none', async () => {
    const { page, context } = await at('progress');
    await page.waitForSelector('.figures');
    const before = context.pages().length;
    await page.locator('.open-link a').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.open-link .failure');
    await comes(() => page.locator('.open-link .failure').textContent(), /没有此地址/);
    assert.equal(context.pages().length, before);
    await context.close();
  });

  it('shows which sites a bundle would change, and gives the receipt', async () => {
    const { page, context } = await at('bundles');
    await page.waitForSelector('.drop');
    await page.setInputFiles('.drop input', { name: '四县.bundle', mimeType: 'application/octet-stream', buffer: Buffer.from('x') });
    await page.waitForSelector('.card table');
    assert.doesNotMatch((await page.locator('.card').textContent()).replace('四县.bundle', ''), /[a-z]{3}/, 'nothing is left in English');
    await comes(() => page.locator('.card tbody tr').count(), 50);
    await comes(() => page.locator('.card tbody tr').nth(0).textContent(), /新增图斑 → .*发现 1、研判 1/);
    await page.click('.card >> text=显示全部 80 个');
    await comes(() => page.locator('.card tbody tr').count(), 80);
    await page.click('.card .primary');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('.card >> text=保存回执')]);
    assert.equal(saved.suggestedFilename(), '四县.bundle.receipt.json');
    assert.equal(JSON.parse(await readFile(await saved.path(), 'utf8')).format, 'papaver.receipt/1');
    await context.close();
  });
});
