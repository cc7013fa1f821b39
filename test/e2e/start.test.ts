import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { type Rig, rigged } from '../rig/rig.js';

const HOOK = path.join(import.meta.dirname, 'modules-hook.cjs');

/** Modules of Node that a warm `exec` loads before it starts the tool, each for a reason that is worth its time. */
const OF_NODE = ['buffer', 'child_process', 'events', 'fs', 'os', 'path', 'tty', 'util', 'vm'];

/** Of the file that every run loads: its size decides how long a start takes. It is a limit to notice growth, raise it knowingly. */
const MOST_BYTES = 500_000;

/** What was loaded before the tool was started, in order. */
async function loadedBefore(rig: Rig): Promise<string[]> {
  const lines = await loadedBy(rig);
  return lines.slice(0, lines.indexOf('SPAWN'));
}

/** What a run loads, in order, and when it starts the tool. */
async function loadedBy(rig: Rig, agent = ''): Promise<string[]> {
  const tool = 'tools: { echo: { binary: echo-agent, args: [], billing: free } }';
  rig.write('llm-router.yaml', `version: 1\nagents: { me: { preferred_tool: echo${agent} } }\n${tool}\n`);
  rig.script('echo-agent', [{ stdout: 'hi' }, { stdout: 'hi' }]);
  const args = ['exec', '-a', 'me', '--no-stdin', 'hello'];
  expect(await rig.spawn(args)).toMatchObject({ code: 0 });
  const log = path.join(rig.tmp, '..', 'modules.log');
  const env = { NODE_OPTIONS: `--require ${HOOK}`, MODULES_LOG: log };
  expect(await rig.spawn(args, { env })).toMatchObject({ code: 0, stdout: 'hi\n' });
  const lines = readFileSync(log, 'utf8').split('\n');
  expect(lines.indexOf('SPAWN')).toBeGreaterThan(0);
  return lines;
}

describe('with a config that was checked before, exec', () => {
  it(
    'loads nothing that it does not need before the tool is started',
    rigged(async (rig) => {
      const before = await loadedBefore(rig);
      const required = before.flatMap((line) => /^require (.*)$/.exec(line)?.[1] ?? []);
      const ofNode = required.flatMap((name) => /^node:(.*)$/.exec(name)?.[1] ?? []);
      expect([...new Set(ofNode)].filter((name) => !OF_NODE.includes(name))).toEqual([]);
      const others = required.filter((name) => !name.startsWith('node:') && /[./]/.test(name));
      expect(others.filter((name) => !/llm-router\.cjs$/.test(name))).toEqual([]);
      // The first is the hook's own.
      expect(before.filter((line) => /^import (?!data:)/.test(line))).toEqual([]);
      // The packages that measure widths load only with the screens that need them.
      expect(before).not.toContain('new Intl.Segmenter');
      // No part of the program but the first, and the files are left to no other thread.
      const parts = before.flatMap((line) => /^read .*dist\/(\w+)\.cjs$/.exec(line)?.[1] ?? []);
      expect(parts).toEqual(['cli']);
      expect(before.filter((line) => line.startsWith('thread '))).toEqual([]);
    }),
  );

  it(
    'opens no database for a cap on its cost, when nothing was nested in it',
    rigged(async (rig) => {
      const lines = await loadedBy(rig, ', max_cost_usd: 1');
      expect(lines.filter((line) => /^read .*dist\/(?!cli\b)\w+\.cjs$|libsql/.test(line))).toEqual([]);
    }),
  );

  it('loads a file of bounded size', () => {
    expect(statSync(path.join(ROOT, 'dist/cli.cjs')).size).toBeLessThan(MOST_BYTES);
    const files = readdirSync(path.join(ROOT, 'dist')).filter((name) => name.endsWith('.cjs'));
    expect(files.sort()).toEqual(
      ['cli', 'config', 'ledger', 'mcp', 'more', 'otlp', 'postgres', 'snapshot', 'times'].map(
        (name) => `${name}.cjs`,
      ),
    );
  });

  // Read as one character a byte: any other character would not be the one of the source.
  it('loads files of ASCII alone', () => {
    const dist = path.join(ROOT, 'dist');
    const files = readdirSync(dist).filter((name) => name.endsWith('.cjs'));
    const isAscii = (name: string): boolean =>
      readFileSync(path.join(dist, name)).every((byte) => byte < 0x80);
    expect(files.filter((name) => !isAscii(name))).toEqual([]);
  });
});

it(
  'prints the version without any part of the program',
  rigged(async (rig) => {
    const log = path.join(rig.tmp, '..', 'modules.log');
    const env = { NODE_OPTIONS: `--require ${HOOK}`, MODULES_LOG: log };
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    for (const flag of ['--version', '-V'])
      expect(await rig.spawn([flag], { env })).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect((await rig.run(['--version'])).stdout).toBe(`${version}\n`);
    expect(readFileSync(log, 'utf8')).not.toMatch(/dist|node:vm/);
  }),
);

it(
  'divides no text of ASCII into characters, which loads much of ICU, to lay out a screen',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', 'version: 1\nagents: { me: { preferred_tool: mock } }\n');
    const log = path.join(rig.tmp, '..', 'modules.log');
    const env = { NODE_OPTIONS: `--require ${HOOK}`, MODULES_LOG: log };
    expect((await rig.spawn(['agents'], { env })).stdout).toContain('me');
    const lines = readFileSync(log, 'utf8').split('\n');
    expect(lines.filter((line) => line === 'new Intl.Segmenter')).toEqual([]);
  }),
);

it(
  'ends although a handle was left open',
  rigged(async (rig) => {
    const leak = rig.write('leak.cjs', 'setInterval(() => {}, 1000);');
    const env = { NODE_OPTIONS: `--require ${leak}` };
    const { code, stdout } = await rig.start(['exec', '--tool', 'mock', 'hello'], { env }).done;
    expect([code, stdout.length > 0]).toEqual([0, true]);
  }),
);
