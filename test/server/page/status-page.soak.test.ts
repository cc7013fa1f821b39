import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { TRACE_SCHEMA } from '../../../src/trace/schema.js';
import { type Rig, rigged } from '../../rig/rig.js';
import type { Running } from '../../rig/run.js';
import { faintTexts, hasChromium, openBrowser, openPage, type Watched } from './browser.js';

const TOKEN = 'a-long-token-for-this-test';
const HTML = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>';

const CONFIG = `
version: 1
default_agent: reviewer
agents:
  reviewer: { preferred_tool: busy, fallback_chain: [steady] }
  worker: { preferred_tool: bot-cli }
  hostile: { preferred_tool: nasty }
tools:
  busy: { kind: mock, billing: free, responses: [{ failure: { type: rate_limit, message: too many requests, retry_after: 20m } }] }
  steady: { kind: mock, billing: free, concurrency: 2, responses: [{ text: done, usage: { input_tokens: 10, output_tokens: 5 } }] }
  nasty: { kind: mock, billing: free, responses: [{ failure: { type: provider_error, message: '${HTML}' } }, { text: '${HTML}' }] }
  bot-cli: { binary: bot-cli, args: [], billing: free }
policies: { default: { retry: { max_retries: 0 }, cooldown: { after_failures: 9 }, privacy: { log_prompts: true }, budget: { daily_usd: 5 } } }
`;

if (!hasChromium)
  process.stderr.write(
    'SKIPPED: the status page in a browser, since there is no /usr/bin/chromium (apt-get install chromium)\n',
  );
(hasChromium ? describe : describe.skip)('the status page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  /** A test with a server, and pages of it. */
  const withServer = (
    body: (given: {
      rig: Rig;
      server: Server;
      open: (options?: BrowserContextOptions) => Promise<Watched>;
    }) => Promise<void>,
    options: { args?: string[]; env?: Record<string, string>; config?: string } = {},
  ) =>
    rigged(async (rig) => {
      const server = await startServer(rig, options);
      const open = (more?: BrowserContextOptions) => openPage(browser, server.url, more);
      try {
        await body({ rig, server, open });
      } finally {
        await Promise.all(browser.contexts().map((context) => context.close()));
        await server.stop();
      }
    });

  it(
    'shows a run while it goes on and what became of it, and asks no other server',
    withServer(async ({ rig, server, open }) => {
      const bot = rig.fake('bot-cli');
      const { page, requests, errors } = await open();
      await page.getByText('Nothing runs now.').waitFor();
      const answer = server.ask('worker');
      const call = await bot.nextCall();
      const row = page.locator('.live li');
      await row.getByText('attempt 1: bot-cli').waitFor();
      expect(await row.textContent()).toContain('worker');
      expect(await page.title()).toBe('1 running · llm-router');
      call.stdout('the answer');
      call.exit(0);
      await answer;
      await page.getByText('Nothing runs now.').waitFor();
      await server.ask('reviewer');
      const run = page.locator('.run', { hasText: 'reviewer' });
      await run.waitFor();
      expect(await run.textContent()).toMatch(/succeeded.*steady.*fallback/);
      await run.locator('.toggle').focus();
      await page.keyboard.press('Enter');
      const detail = page.locator('.detail');
      await detail.waitFor();
      const told = await detail.textContent();
      expect(told).toContain('fallback entry 1 of the fallback chain');
      expect(told).toContain('rate_limit too many requests');
      await page.keyboard.press('Enter');
      expect(await detail.isVisible()).toBe(false);
      const tools = page.locator('section', { has: page.getByRole('heading', { name: 'Tools' }) });
      expect(await tools.textContent()).toMatch(
        /busycooling down.*all models: rate_limit, again in 19m 5\ds/,
      );
      expect(await page.getByRole('meter', { name: 'all runs, daily' }).getAttribute('aria-valuemax')).toBe(
        '5',
      );
      expect(errors).toEqual([]);
      expect([...requests].sort()).toEqual([server.url, `${server.url}status.json`]);
    }),
  );

  it(
    'shows whatever tools, answers and files say as text',
    withServer(async ({ rig, server, open }) => {
      await server.ask('hostile', HTML);
      await server.ask('hostile', HTML);
      const id = hostileTrace(rig);
      const { page, errors } = await open();
      const runs = page.locator('.run');
      await runs.nth(2).waitFor();
      for (const toggle of await page.locator('.toggle').all()) await toggle.click();
      const text = (await page.locator('main').innerText()).replaceAll('\u00a0', ' ');
      expect(text).toContain(`provider_error ${HTML}`);
      expect(text).toContain('Prompt');
      expect(text.split(HTML).length).toBeGreaterThan(15);
      expect(text).toContain(id);
      expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
      expect(
        await page.locator('img, iframe, object, main script, main style, a[href^="javascript"]').count(),
      ).toBe(0);
      expect(errors).toEqual([]);
    }),
  );

  for (const colorScheme of ['light', 'dark'] as const) {
    it(
      `is readable in the ${colorScheme} theme, and fits narrow and wide screens`,
      withServer(async ({ server, open }) => {
        await server.ask('reviewer');
        for (const width of [360, 768, 1100, 1440]) {
          const { page } = await open({ colorScheme, viewport: { width, height: 800 } });
          await page.locator('.toggle').click();
          await page.locator('.as-table summary').first().click();
          await page.locator('.plot canvas').nth(2).waitFor();
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect([width, wider, await faintTexts(page)]).toEqual([width, 0, []]);
          await page.context().close();
        }
      }),
    );
  }

  it(
    'follows the theme of the system until another is chosen, and moves nothing where that is not wanted',
    withServer(async ({ open }) => {
      const { page, errors } = await open({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await page.locator('.plot canvas').nth(2).waitFor();
      const dark = await background(page);
      await page.getByRole('radio', { name: 'Auto' }).focus();
      await page.keyboard.press('ArrowRight');
      const light = await background(page);
      expect(light).not.toBe(dark);
      await page.reload();
      await page.locator('.plot canvas').nth(2).waitFor();
      expect(await background(page)).toBe(light);
      expect(await page.getByRole('radio', { name: 'Light' }).isChecked()).toBe(true);
      await page.getByRole('radio', { name: 'Auto' }).check();
      expect(await background(page)).toBe(dark);
      const moving = await page.evaluate(() => document.getAnimations().length);
      expect([moving, errors]).toEqual([0, []]);
    }),
  );

  it(
    'shows other ranges of time, and the figures of a chart as a table',
    withServer(async ({ server, open }) => {
      await server.ask('reviewer');
      const { page } = await open();
      const chart = page.getByRole('img', { name: /^Runs, last hour: 1 run, 0 failed/ });
      await chart.waitFor();
      await page.getByRole('radio', { name: '24 hours' }).check();
      await page.getByRole('img', { name: /^Runs, last 24 hours: 1 run, 0 failed/ }).waitFor();
      await page.locator('.as-table summary').first().click();
      const table = page.getByRole('table', { name: 'Runs', exact: true });
      expect(await table.locator('tbody tr').allTextContents()).toEqual([
        expect.stringMatching(/^\d\d:\d\d001$/),
      ]);
    }),
  );

  it(
    'asks for the token where the server does, and keeps it for the tab',
    withServer(
      async ({ server, open }) => {
        expect((await fetch(`${server.url}status.json`)).status).toBe(401);
        const { page, errors } = await open();
        await page.getByRole('heading', { name: 'This server asks for a token' }).waitFor();
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('token');
        await page.keyboard.type('no token of this server');
        await page.keyboard.press('Enter');
        await page.getByText('A token has only printable ASCII characters').waitFor();
        await page.getByLabel('Token').fill('wrong');
        await page.getByRole('button', { name: 'Show the status' }).click();
        await page.getByText('The server does not accept this token.').waitFor();
        await page.getByLabel('Token').fill(TOKEN);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Recent runs' }).waitFor();
        await page.reload();
        await page.getByRole('heading', { name: 'Recent runs' }).waitFor();
        expect(await page.context().cookies()).toEqual([]);
        expect(page.url()).toBe(server.url);
        await page.getByRole('button', { name: 'Forget token' }).click();
        await page.getByRole('heading', { name: 'This server asks for a token' }).waitFor();
        expect(await page.getByRole('heading', { name: 'Recent runs' }).count()).toBe(0);
        expect(errors).toEqual([]);
      },
      { args: ['--host', '0.0.0.0'], env: { LLM_ROUTER_TOKEN: TOKEN } },
    ),
  );

  it(
    'says that the server ends while a run goes on, before it takes no more connections',
    withServer(async ({ rig, server, open }) => {
      const bot = rig.fake('bot-cli');
      const { page } = await open();
      const answer = server.ask('worker');
      const call = await bot.nextCall();
      await page.locator('.live li').waitFor();
      await page.waitForRequest(/after=/);
      const stopped = server.stop();
      await page.getByText('draining', { exact: true }).waitFor();
      await page
        .getByRole('alert')
        .getByText(/^The server ends: .* Last update \d\d:\d\d:\d\d\.$/)
        .waitFor();
      for (let asked = 0; asked < 2; asked++) await page.waitForEvent('requestfailed');
      expect(await page.locator('.live li').textContent()).toContain('worker');
      expect(await page.getByText('draining', { exact: true }).isVisible()).toBe(true);
      call.stdout('the answer');
      call.exit(0);
      await Promise.all([answer, stopped]);
    }),
  );

  it(
    'says when the server is gone, shows no time that goes on, and comes back with it',
    withServer(async ({ rig, server, open }) => {
      const { page } = await open();
      await page.getByText('ready', { exact: true }).first().waitFor();
      server.kill();
      await server.stop();
      const alert = page.getByRole('alert');
      await alert.getByText(/^Connection lost, last update \d\d:\d\d:\d\d: no answer\./).waitFor();
      const uptime = page.locator('.facts .ticking');
      const before = await uptime.textContent();
      for (let asked = 0; asked < 2; asked++) await page.waitForEvent('requestfailed');
      expect(await uptime.textContent()).toBe(before);
      const again = await startServer(rig, { args: ['--port', String(server.port)] });
      await alert.waitFor({ state: 'detached' });
      await again.stop();
    }),
  );
});

interface Server {
  url: string;
  port: number;
  /** Runs an agent to its end. */
  ask(agent: string, prompt?: string): Promise<void>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
  kill(): void;
}

async function startServer(
  rig: Rig,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> },
): Promise<Server> {
  rig.write('llm-router.yaml', CONFIG);
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const running: Running = rig.start(['serve', ...port, ...args], { env });
  await running.waitFor('listening on ');
  const [, bound = '0'] = /listening on http:\/\/[^:]+:(\d+)/.exec(running.stderr()) ?? [];
  const url = `http://127.0.0.1:${bound}/`;
  return {
    url,
    port: Number(bound),
    ask: async (agent, prompt = 'hello') => {
      const call = { jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { agent, prompt } };
      const headers = { 'content-type': 'application/json' };
      await (await fetch(`${url}rpc`, { method: 'POST', headers, body: JSON.stringify(call) })).text();
    },
    kill: () => running.kill('SIGKILL'),
    stop: async () => {
      running.kill('SIGTERM');
      await running.done;
    },
  };
}

/** A trace as anyone could put it into a project, with markup wherever there is text; returns its id. */
function hostileTrace(rig: Rig): string {
  const [sample] = rig.traces();
  if (sample === undefined) throw new Error('there is no trace');
  const startedAt = String((sample as { started_at?: unknown }).started_at);
  const spoilt = spoil(sample) as Record<string, unknown>;
  const id = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ';
  const day = path.join(rig.project, '.llm-router', 'traces', startedAt.slice(0, 10).replaceAll('-', ''));
  mkdirSync(day, { recursive: true });
  const times = {
    id: HTML,
    started_at: startedAt,
    plan: { ...(spoilt.plan as object), rejected: [{ ...REJECTED }] },
  };
  writeFileSync(path.join(day, `${id}.json`), JSON.stringify({ ...spoilt, ...times }));
  return id;
}

const REJECTED = { tool: HTML, model: HTML, reason: 'not_allowed', detail: HTML, hint: HTML, phase: 'plan' };

/** A trace with another word of these is damaged, and is not shown. */
const WORDS = new Set(wordsIn(TRACE_SCHEMA));

function wordsIn(schema: unknown): unknown[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const parts = Object.entries(schema);
  return parts.flatMap(([key, part]) => (key === 'enum' ? part : key === 'const' ? [part] : wordsIn(part)));
}

function spoil(value: unknown): unknown {
  if (typeof value === 'string') return WORDS.has(value) ? value : HTML;
  if (Array.isArray(value)) return value.map(spoil);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoil(item)]));
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
