// Between page and program: bundles of another office from the first refusal to the receipt, a report that cannot be made, a damaged
// registry, two servers on one computer. PAPAVER names the program; without one this is skipped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { comes, launched, loggedIn, opened, served } from './common.mjs';

const program = process.env.PAPAVER;
const pictures = process.env.PICTURES;
const PASSPHRASE = 'four words for a test';

describe('offices', { skip: program && existsSync(program) ? false : 'PAPAVER names no program', concurrency: false }, () => {
  let top;
  let browser;
  let server;
  const bundle = () => join(top, '鲁山.bundle');
  const run = (unit, ...line) => execFileSync(program, ['--lang', 'en', ...line], { env: { ...process.env, PAPAVER_REGISTRY: join(top, unit, `${unit}.papaver`), PAPAVER_ACTOR: '李伟', PAPAVER_PASSPHRASE: PASSPHRASE }, cwd: top, stdio: 'pipe', encoding: 'utf8' });
  const serve = (unit) => served(program, (port) => ['serve', join(top, unit), '--port', String(port), '--no-browser']);
  before(async () => {
    top = mkdtempSync(join(tmpdir(), 'papaver-offices-'));
    for (const [unit, name] of [['410000', '河南省'], ['410423', '鲁山县']]) {
      mkdirSync(join(top, unit));
      run(unit, 'init', '--unit', unit, '--unit-name', name);
      run(unit, 'actor', 'key', '李伟');
    }
    server = await serve('410000');
    browser = await launched();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    if (top) rmSync(top, { recursive: true, force: true });
  });
  async function office(look = {}) {
    const one = await opened(browser, server.address, look);
    await loggedIn(one.page, server.address, '李伟', PASSPHRASE);
    return one;
  }
  const shot = async (page, name) => { if (pictures) await page.screenshot({ path: `${pictures}/exchange-${name}.png`, fullPage: true }); };
  const site = (at, name) => JSON.parse(run('410423', 'add', '--at', at, '--source', 'patrol', '--name', name, '--json')).id;

  it('a bundle is refused by its own name and with what to do, shown site by site, taken, and answered by a receipt', async () => {
    const code = site('113.95,28.25', '河湾菜地');
    run('410423', 'bundle', 'create', bundle());
    const { page, context, wrong } = await office();
    await page.goto(`${server.address}#/bundles`);
    await page.waitForSelector('.drop');
    const drop = () => page.setInputFiles('.drop input', bundle());
    await drop();
    await page.waitForSelector('.failure');
    const told = await page.locator('.failure').textContent();
    assert.match(told, /鲁山\.bundle/);
    assert.doesNotMatch(told, /inbox|papaver-bundle/);
    assert.match(told, /`papaver trust [0-9a-f]+ --unit 410423`/, 'it can be typed');
    assert.match(told, /电脑上输入/);
    await shot(page, 'untrusted');
    run('410000', ...(/papaver (trust [0-9a-f]+ --unit 410423)/.exec(told)[1].split(' ')));
    await drop();
    await page.waitForSelector('.card table');
    const row = await page.locator('.card tbody').textContent();
    assert.ok(row.includes(code) && row.includes('河湾菜地'), row);
    assert.match(row, /新增图斑 → 待核查|新增图斑 → 疑似/);
    await shot(page, 'preview');
    assert.equal((await page.evaluate(async () => (await (await fetch('/api/library')).json()).registries[0].id).then((id) => page.evaluate(async (of) => (await (await fetch(`/api/registries/${of}/sites`)).json()).total, id))), 0, 'nothing is changed before');
    await page.locator('.card .primary').last().click();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('text=保存回执')]);
    await shot(page, 'taken');
    assert.equal(saved.suggestedFilename(), '鲁山.bundle.receipt.json');
    const receipt = join(top, 'receipt.json');
    await saved.saveAs(receipt);
    await context.close();
    assert.deepEqual(wrong, []);
    // The other office goes on from it: what is known already is not carried again.
    const later = site('113.96,28.25', '老砖窑后');
    rmSync(bundle());
    const next = () => run('410423', 'bundle', 'create', bundle(), '--since', receipt);
    let refused = '';
    try { next(); } catch (error) { refused = error.stderr; }
    run('410423', ...(/papaver (trust [0-9a-f]+ --unit 410000)/.exec(refused) ?? assert.fail(refused || 'a receipt of a stranger is taken'))[1].split(' '));
    next();
    const second = await office();
    await second.page.goto(`${server.address}#/bundles`);
    await second.page.waitForSelector('.drop');
    await second.page.setInputFiles('.drop input', bundle());
    await second.page.waitForSelector('.card table');
    await comes(() => second.page.locator('.card tbody tr').count(), 1);
    await comes(() => second.page.locator('.card tbody').textContent(), new RegExp(later));
    await second.context.close();
  });

  it('what is no bundle is refused by its name', async () => {
    const { page, context } = await office({ locale: 'en-US' });
    await page.goto(`${server.address}#/bundles`);
    await page.waitForSelector('.drop');
    await page.setInputFiles('.drop input', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no bundle') });
    await page.waitForSelector('.failure');
    const told = await page.locator('.failure').textContent();
    assert.match(told, /^notes\.txt/);
    assert.doesNotMatch(told, /inbox|papaver-bundle/);
    await context.close();
  });

  it('a report without districts says so on the page', async () => {
    const { page, context } = await office();
    await page.goto(`${server.address}#/progress`);
    await page.waitForSelector('.figures');
    const before = context.pages().length;
    await page.click('text=县级报告');
    await page.waitForSelector('.open-link .failure');
    await comes(() => page.locator('.open-link .failure').textContent(), /数据不足/);
    assert.equal(context.pages().length, before);
    await shot(page, 'no-report');
    await context.close();
  });

  it('who logs in at a second server of this computer stays logged in at the first', async () => {
    const other = await serve('410423');
    try {
      const { page, context } = await office();
      const second = await context.newPage();
      await loggedIn(second, other.address, '李伟', PASSPHRASE);
      const here = (of) => of.evaluate(async () => (await fetch('/api/session')).status);
      assert.deepEqual([await here(page), await here(second)], [200, 200]);
      const cookies = await context.cookies();
      assert.equal(cookies.length, 2);
      assert.ok(cookies.every((cookie) => cookie.httpOnly && cookie.sameSite === 'Strict'));
      await context.close();
    } finally {
      await other.stop();
    }
  });

  it('a damaged registry says in a sentence what to do', async () => {
    mkdirSync(join(top, 'damaged'));
    const bytes = readFileSync(join(top, '410423', '410423.papaver'));
    bytes.fill(0x5a, 4096);
    writeFileSync(join(top, 'damaged', '410423.papaver'), bytes);
    const damaged = await serve('damaged');
    try {
      const { page, context } = await opened(browser, damaged.address, {});
      await page.goto(`${damaged.address}#/login`);
      await page.waitForSelector('.failure');
      const told = await page.locator('.failure').first().textContent();
      assert.match(told, /`papaver registry salvage 410423\.papaver --to [^`]+`/);
      assert.match(told, /电脑上输入/);
      await shot(page, 'damaged');
      await context.close();
    } finally {
      await damaged.stop();
    }
  });
});
