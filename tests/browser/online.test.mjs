// A map of the internet below the others: which is chosen, what is said of a service that does not do, and that nothing is asked of
// it while it is left out.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comes, loggedIn, opened, serious, staged } from './common.mjs';

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
const TROUBLE = { code: 'key_refused', message: { en: 'the key is refused', zh: '密钥被拒绝' }, remedy: { en: 'look at the key', zh: '请检查密钥' } };

describe('a map of the internet', { concurrency: false }, () => {
  const there = staged('--candidates', '60', '--sites', '60');

  it('is the one that is chosen, says what is wrong with it, and is left out on request and from then on', async () => {
    const { page, context, wrong } = await opened(there.browser, there.server.address);
    const asked = [];
    let trouble = null;
    const line = (id) => ({ id, title: id, attribution: '天地图 · 国家地理信息公共服务平台', extent: null, max_zoom: 18, version: 'a', host: 'tianditu.gov.cn', ...(trouble ? { trouble } : {}) });
    await context.route('**/api/basemap', (route) => route.fulfill({ json: ['tianditu-imagery', 'tianditu-streets'].map(line) }));
    await context.route('**/api/basemap/**', (route) => {
      asked.push(new URL(route.request().url()).pathname.split('/')[3]);
      return route.fulfill({ contentType: 'image/png', body: PIXEL });
    });
    const all = (id) => asked.length > 0 && asked.every((one) => one === id);
    await loggedIn(page, there.server.address, '李伟', 'correct');
    await page.goto(`${there.server.address}#/sites`);
    const choice = page.locator('.online select');
    await comes(() => choice.inputValue(), 'tianditu-imagery');
    await comes(() => all('tianditu-imagery'), true);
    await comes(() => page.locator('.ol-attribution').innerText(), /国家地理信息公共服务平台/);
    assert.match(await choice.getAttribute('title'), /tianditu\.gov\.cn/);
    asked.length = 0;
    await choice.selectOption('tianditu-streets');
    await comes(() => all('tianditu-streets'), true);

    // It is looked once for many tiles how the service does.
    trouble = TROUBLE;
    await page.getByRole('button', { name: '缩小' }).click();
    await comes(() => page.locator('.online .hint').allInnerTexts().then((said) => said.join()), /密钥被拒绝[^]*请检查密钥/);
    assert.deepEqual(await serious(page), []);
    trouble = null;
    asked.length = 0;
    await page.getByRole('button', { name: '重试' }).click();
    await comes(() => page.locator('.online .hint').count(), 0);
    assert.ok(all('tianditu-streets'));

    await choice.selectOption('none');
    asked.length = 0;
    await page.getByRole('button', { name: '缩小' }).click();
    await page.reload();
    await comes(() => choice.inputValue(), 'none');
    await page.waitForTimeout(1000);
    assert.deepEqual(asked, []);
    await context.close();
    assert.deepEqual(wrong, []);
  });
});
