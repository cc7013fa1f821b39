import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readKept, writeKept } from '../../src/config-files/config-cache.js';
import { keptOf } from '../../src/config-files/keep.js';
import { loadLocated } from '../../src/config-files/load.js';
import { locateConfig } from '../../src/config-files/locate.js';
import { redactorOf } from '../../src/router/secrets.js';
import { runInProcess } from '../rig/in-process.js';
import type { RunResult } from '../rig/run.js';

let root = '';
let env: Record<string, string> = {};
let nowMs = Date.parse('2026-01-01');

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-kept-')));
  env = {};
  nowMs = Date.parse('2026-01-01');
  mkdirSync(path.join(root, '.git'));
  write('bot', '#!/bin/sh\necho "$@"\n', 0o755);
  write('llm-router.yaml', CONFIG);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const CONFIG = `version: 1
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { binary: ./bot, args: [one], billing: free } }
`;

describe('a config that was checked before', () => {
  it('is not checked again, and gives the same plan', async () => {
    await prepare();
    expect(await isKept()).toBe(true);
    await expectSame({ code: 0 });
    const { ino } = statSync(keptFile());
    await exec();
    expect(statSync(keptFile()).ino).toBe(ino);
    expect(statSync(keptFile()).mode & 0o777).toBe(0o600);
  });

  it.each(['aliases.yaml', 'everything.yaml', 'empty-sections.yaml', 'folder', 'reset-time.yaml'])(
    'comes back as it was: %s',
    async (name) => {
      const fixture = path.resolve(import.meta.dirname, '../fixtures/config/ok', name);
      const search = { ...searched(), explicit: [fixture] };
      const located = await locateConfig(search);
      const kept = await keptOf(loadLocated(located, search), search);
      assert(kept !== null);
      await writeKept(located, search, kept);
      const back = readKept(located, search);
      assert.deepStrictEqual(back, kept);
      const names = new Set(JSON.stringify(kept.config).match(/[A-Z][A-Z_]{3,}/g));
      const all = Object.fromEntries([...names].map((name, index) => [name, `value-number-${index}`]));
      const text = Object.values(all).join('\n');
      const masked = redactorOf(kept.config, all).text(text);
      expect(masked).not.toBe(text);
      expect(redactorOf(kept.config, all, back?.secretParts).text(text)).toBe(masked);
      expect(readdirSync(cacheFolder())).toHaveLength(1);
    },
  );

  it('is checked again after an edit that changes neither size nor time of the file', async () => {
    await prepare();
    const { atime, mtime } = statSync(path.join(root, 'llm-router.yaml'));
    write('llm-router.yaml', CONFIG.replace('one', 'two'));
    utimesSync(path.join(root, 'llm-router.yaml'), atime, mtime);
    expect(await isKept()).toBe(false);
    await trust();
    expect((await expectSame({ code: 0 })).stdout).toContain('"two"');
  });

  it('is checked again when a layer is added, changed or removed', async () => {
    await prepare();
    const user = 'home/.config/llm-router/a.yaml';
    const limit = (mode: string) =>
      `version: 1\npolicies: { default: { governance: { denied_tools: [${mode}] } } }\n`;
    for (const text of [limit('mock'), limit('bot')]) {
      write(user, text);
      expect(await isKept()).toBe(false);
      await expectSame({ code: text.includes('bot') ? 77 : 0 });
      await exec();
      await expectSame({ code: text.includes('bot') ? 77 : 0 });
    }
    rmSync(path.join(root, user));
    await expectSame({ code: 0 });
  });

  it('is asked whether it is trusted each time', async () => {
    await prepare();
    await runIn(['config', 'distrust']);
    expect((await exec()).code).toBe(77);
    await expectSame({ code: 0 });
    await trust();
    expect((await exec()).code).toBe(0);
    env = { LLM_ROUTER_TRUST: '1' };
    await runIn(['config', 'distrust']);
    expect((await exec()).code).toBe(0);
    env = {};
    expect((await exec()).code).toBe(77);
  });

  it('is not trusted once one of its paths leads elsewhere', async () => {
    renameSync(path.join(root, 'bot'), path.join(root, 'real'));
    symlinkSync('real', path.join(root, 'bot'));
    await prepare();
    expect((await exec()).code).toBe(0);
    write('other', '#!/bin/sh\necho other\n', 0o755);
    rmSync(path.join(root, 'bot'));
    symlinkSync('other', path.join(root, 'bot'));
    expect((await exec()).code).toBe(77);
  });

  it('is checked again where a variable decides on errors', async () => {
    const bot = 'binary: ./bot, args: [one], api_key_env: BOT_KEY';
    const budget = 'policies: { default: { budget: { daily_usd: 5, limit: { type: hard } } } }';
    write('llm-router.yaml', `${CONFIG.replace(/binary.*free/, bot)}${budget}\n`);
    await prepare();
    expect(await isKept()).toBe(true);
    env = { BOT_KEY: 'set-in-the-environment' };
    expect(await isKept()).toBe(false);
    await expectSame({ code: 78 });
    env = {};
    await expectSame({ code: 0 });
    env = { BOT_KEY: '' };
    await expectSame({ code: 0 });
  });

  it('uses the variables of each run', async () => {
    write('llm-router.yaml', CONFIG.replace('[one]', `["\${WHO}"]`));
    env = { WHO: 'first' };
    await prepare();
    env = { WHO: 'second' };
    expect(await isKept()).toBe(true);
    expect((await exec()).stdout).toBe('second\n');
    expect(readFileSync(keptFile(), 'utf8')).not.toContain('first');
  });

  it('is used after the clock went back', async () => {
    await prepare();
    nowMs -= 1e10;
    expect(await isKept()).toBe(true);
    await expectSame({ code: 0 });
  });

  const broken: [string, (file: string, text: string) => void][] = [
    ['was cut', (file, text) => writeFileSync(file, text.slice(0, -20))],
    ['is empty', (file) => writeFileSync(file, '')],
    ['was edited', (file, text) => writeFileSync(file, text.replace('"one"', '"six"'))],
    ['is of another version', (file, text) => writeFileSync(file, text.replace(/^.{8}/, '00000000'))],
    ['others can change', (file) => chmodSync(file, 0o666)],
    ['is in a folder that others can change', (file) => chmodSync(path.dirname(file), 0o777)],
    [
      'is a link',
      (file) => {
        renameSync(file, `${root}/moved`);
        symlinkSync(`${root}/moved`, file);
      },
    ],
    [
      'is a folder',
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ];

  it.each(broken)('is checked again where what was kept %s', async (_, change) => {
    await prepare();
    change(keptFile(), readFileSync(keptFile(), 'utf8'));
    expect(await isKept()).toBe(false);
    await expectSame({ code: 0 });
    expect((await exec()).code).toBe(0);
  });

  (process.getuid?.() === 0 ? it : it.skip)('is checked again where it is of another user', async () => {
    await prepare();
    chownSync(keptFile(), 65534, 65534);
    expect(await isKept()).toBe(false);
    await expectSame({ code: 0 });
  });

  it('is not kept with errors, with what looks like a key, or by a dry run', async () => {
    const key = CONFIG.replace('billing', 'env_vars: { BOT_TOKEN: a-literal-value }, billing');
    write('llm-router.yaml', key);
    await prepare();
    expect((await exec()).code).toBe(0);
    write('llm-router.yaml', `${CONFIG}nonsense: 1\n`);
    expect((await exec()).code).toBe(78);
    write('llm-router.yaml', CONFIG);
    await trust();
    await dryRun();
    expect(existsSync(cacheFolder())).toBe(false);
  });

  it('is found from a folder in the project too', async () => {
    await prepare();
    mkdirSync(path.join(root, 'inside'));
    await runIn(['exec', 'hi'], path.join(root, 'inside'));
    expect(readdirSync(cacheFolder())).toHaveLength(2);
  });

  it('makes room for new ones', async () => {
    await prepare();
    for (let index = 0; index < 40; index++) write(`home/.cache/llm-router/configs/${index}.json`, 'old');
    const before = readdirSync(cacheFolder()).length;
    write('llm-router.yaml', CONFIG.replace('one', 'two'));
    await prepare();
    expect([before, readdirSync(cacheFolder()).length]).toEqual([41, 20]);
    expect(await isKept()).toBe(true);
  });
});

/** Trusts the config and runs it once. */
async function prepare(): Promise<void> {
  await trust();
  await exec();
}

function trust(): Promise<RunResult> {
  return runIn(['config', 'trust']);
}

function exec(): Promise<RunResult> {
  return runIn(['exec', 'hi']);
}

function dryRun(): Promise<RunResult> {
  return runIn(['exec', '--dry-run', '--json', 'hi']);
}

function runIn(args: readonly string[], cwd = root): Promise<RunResult> {
  return runInProcess(args, { root, cwd, nowMs, env: { PATH: process.env.PATH ?? '', ...env } });
}

/** A dry run gives the same, byte for byte, as without what was kept. */
async function expectSame({ code }: { code: number }): Promise<RunResult> {
  const given = await dryRun();
  const aside = path.join(root, 'aside');
  const wasThere = existsSync(cacheFolder());
  if (wasThere) renameSync(cacheFolder(), aside);
  const alone = await dryRun();
  if (wasThere) renameSync(aside, cacheFolder());
  const shown = ({ code, stdout, stderr }: RunResult) => ({ code, stdout, stderr });
  expect(shown(given)).toEqual(shown(alone));
  expect(given.code).toBe(code);
  return given;
}

function searched() {
  const home = path.join(root, 'home');
  return { explicit: [], env: { HOME: home, TMPDIR: root, ...env }, cwd: root, home };
}

async function isKept(): Promise<boolean> {
  return readKept(await locateConfig(searched()), searched()) !== null;
}

function cacheFolder(): string {
  return path.join(root, 'home/.cache/llm-router/configs');
}

function keptFile(): string {
  const [name = ''] = readdirSync(cacheFolder());
  return path.join(cacheFolder(), name);
}

function write(file: string, text: string, mode = 0o644): void {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text, { mode });
}
