// Pictures of the status page: of the built server, with runs of mock tools, at two widths, light and dark. Needs Debian's chromium.
// node scripts/status-page/screenshots.mjs [folder] [--whole]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ownHome } from '../own-home.cjs';
import { runScript } from '../run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const [folder = path.join(root, 'docs', 'images')] = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith('-'));
const isWhole = process.argv.includes('--whole');

const SIZES = {
  // As small as fits a page of the docs; the whole page is taken wider.
  wide: isWhole ? { width: 1440, height: 1000 } : { width: 1240, height: 640 },
  narrow: { width: 360, height: 780 },
};
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const home = mkdtempSync(path.join(tmpdir(), 'llm-screenshots-'));
const env = { ...ownHome(process.env, home), LLM_ROUTER_TRUST: '1', TZ: 'UTC' };
try {
  const project = await makeProject();
  const server = await startServer(project);
  await takeAll(server.url).finally(server.stop);
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** A project whose runs of the last hour are on record. */
async function makeProject() {
  const project = path.join(home, 'project');
  const inHome = (variable, fallback) => path.join(env[variable] ?? path.join(home, fallback), 'llm-router');
  const [data, state] = [inHome('XDG_DATA_HOME', '.local/share'), inHome('XDG_STATE_HOME', '.local/state')];
  for (const made of [project, data, state]) mkdirSync(made, { recursive: true, mode: 0o700 });
  const config = readFileSync(path.join(root, 'scripts', 'status-page', 'config.yaml'), 'utf8');
  writeFileSync(path.join(project, 'llm-router.yaml'), config);
  const { seed } = await runScript('scripts/status-page/seed.ts');
  const places = {
    project,
    ledger: path.join(data, 'ledger.db'),
    cooldowns: path.join(state, 'cooldowns.json'),
  };
  await seed(places, config);
  return project;
}

/** The built server, with runs that do not end. */
async function startServer(project) {
  const router = path.join(root, 'bin', 'llm-router.cjs');
  const child = spawn(process.execPath, [router, 'serve', '--port', '0'], {
    cwd: project,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /listening on (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  const gone = new AbortController();
  for (const agent of ['live', 'watcher', 'live', 'live']) {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'llm.complete',
      params: { agent, prompt: 'hello' },
    });
    const headers = { 'content-type': 'application/json' };
    fetch(`${url}/rpc`, { method: 'POST', headers, body, signal: gone.signal }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 900));
  }
  const stop = async () => {
    gone.abort();
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  };
  return { url, stop };
}

async function takeAll(url) {
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS.split(' ') });
  for (const [name, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
      await page.goto(url);
      await page.locator('.plot canvas').nth(2).waitFor();
      if (isWhole) await page.locator('.run', { hasText: 'fallback' }).first().locator('.toggle').click();
      const file = path.join(folder, `status-page-${name}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: isWhole });
      process.stdout.write(`${file}\n`);
    }
  }
  await browser.close();
}
