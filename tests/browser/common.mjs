// What the browser tests share: a Chromium without WebGL, a server, and an eye on everything that a page asks for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const require = createRequire(new URL('../../src/web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

/** Draws as an office computer without a graphics driver does. */
const SOFTWARE = ['--no-sandbox', '--disable-gpu', '--disable-webgl', '--disable-webgl2', '--disable-3d-apis'];

export function launched() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: SOFTWARE });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(address) {
  for (let tries = 0; tries < 150; tries += 1) {
    try {
      await fetch(address);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`${address} does not answer`);
}

/** A program that serves pages at a free port, or at one that was free before, until `stop` is called. */
export async function served(command, argumentsFor, { port: wanted, ...options } = {}) {
  const port = wanted ?? await freePort();
  const child = spawn(command, argumentsFor(port), { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  const address = `http://127.0.0.1:${port}/`;
  await answers(address);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return { address, port, stop: () => (child.kill(), ended) };
}

export function standIn(...more) {
  const server = fileURLToPath(new URL('../../src/web/mock/server.mjs', import.meta.url));
  return served(process.execPath, (port) => [server, String(port), ...more]);
}

/** The stand-in and a Chromium for all tests of a group: begun before its first, ended after its last. */
export function staged(...more) {
  const there = {};
  before(async () => {
    there.server = await standIn(...more);
    there.browser = await launched();
  });
  after(async () => {
    await there.browser?.close();
    there.server?.stop();
  });
  return there;
}

/**
 * Reads until `read` gives `expected` or what matches it, for some seconds at most, and fails with the difference. What a page shows comes when its
 * data has come: a single look is right on one computer and too early on another.
 */
export async function comes(read, expected, message) {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = await read();
    const there = expected instanceof RegExp ? expected.test(found) : isDeepStrictEqual(found, expected);
    if (there) return;
    if (Date.now() > end) (expected instanceof RegExp ? assert.match : assert.deepEqual)(found, expected, message);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** Reads until something else than `before` is read, and gives it. */
export async function changed(read, before) {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = await read();
    if (found !== before) return found;
    assert.ok(Date.now() < end, `it stays ${before}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

export const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 820, height: 1180 }, office: { width: 1366, height: 768 } };

/** SLOW=6 makes the browser six times slower, and each answer late: what looks too early fails. */
const SLOW = Number(process.env.SLOW ?? 1);

async function slowed(context, page) {
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW });
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 40 * SLOW, downloadThroughput: -1, uploadThroughput: -1 });
}

/** A page that notes every request to another host, every break of the content policy and every error of its code. */
export async function opened(browser, address, { size = 'office', locale = 'zh-CN', colorScheme = 'light', ...more } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], locale, colorScheme, hasTouch: size === 'phone', bypassCSP: false, ...more });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  if (SLOW > 1) await slowed(context, page);
  const wrong = [];
  const host = new URL(address).host;
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (!['data:', 'blob:'].includes(to.protocol) && to.host !== host) wrong.push(`request to ${to.host}`);
  });
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) wrong.push(message.text()); });
  page.on('pageerror', (error) => wrong.push(error.message));
  return { page, context, wrong };
}

export async function loggedIn(page, address, person, passphrase) {
  await page.goto(`${address}#/login`);
  await page.waitForFunction((name) => [...document.querySelectorAll('option')].some((one) => one.value.endsWith(name)), person);
  const value = await page.evaluate((name) => [...document.querySelectorAll('option')].find((one) => one.value.endsWith(name)).value, person);
  await page.locator('select').nth(1).selectOption(value);
  await page.fill('input[type=password]', passphrase);
  await page.click('button[type=submit]');
  await page.waitForSelector('.bar nav');
}

/** Drops files and folders of this computer onto the page's field for imagery, as a hand does. */
export async function dropped(page, ...paths) {
  const box = await page.locator('.drop').boundingBox();
  const driver = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await driver.send('Input.dispatchDragEvent', { type, x: box.x + box.width / 2, y: box.y + box.height / 2, data });
}

/** How many pixels a page is wider than its window. */
export function sticksOut(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

const axe = require.resolve('axe-core/axe.min.js');

/** Axe's own script is of no policy of ours: it is put in by the browser's debugger, which the policy does not bind. */
export async function serious(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') });
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(' | ')}`);
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
