import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfigFiles } from '../../src/config-files/load.js';
import { recordTrust, trustFile, trustOf, trustSubject } from '../../src/config-files/trust.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-trust-')));
  mkdirSync(path.join(root, 'p'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const TOOL = 'tools: { bot: { binary: bot, args: [go] } }\n';
const AGENT = 'agents: { a: { preferred_tool: bot, system: hi } }\n';

describe('trust', () => {
  it('holds for the same part that matters, wherever it is written', async () => {
    const before = await hashOf(`version: 1\n${TOOL}${AGENT}`);
    expect(await hashOf(`version: 1\n${AGENT}${TOOL}# comment\n`)).toBe(before);
    expect(await hashOf(`version: 1\n${AGENT.replace('hi', 'bye')}${TOOL}`)).toBe(before);
    expect(await hashOf(`version: 1\n${AGENT}tools: { bot: { args: [go], binary: bot } }\n`)).toBe(before);
  });

  it.each([
    ['a command', TOOL.replace('[go]', '[rm]'), AGENT],
    ['a variable', TOOL.replace('args:', 'env_vars: { A: b }, args:'), AGENT],
    ['access', TOOL, AGENT.replace('system: hi', 'system: hi, access: full')],
    ['a file that is sent', TOOL, AGENT.replace('system: hi', 'system_file: /etc/passwd')],
    ['a policy', TOOL, `${AGENT}policies: { default: { privacy: { log_prompts: true } } }\n`],
    ['where traces go', TOOL, `${AGENT}traces: { dir: /tmp/x }\n`],
  ])('ends with a change of %s', async (_what, tool, agent) => {
    const before = await hashOf(`version: 1\n${TOOL}${AGENT}`);
    expect(await hashOf(`version: 1\n${tool}${agent}`)).not.toBe(before);
  });

  it('belongs to a folder by its real path', async () => {
    write(`version: 1\n${TOOL}`);
    const subject = await subjectIn('p');
    await recordTrust(context(), subject);
    symlinkSync(path.join(root, 'p'), path.join(root, 'link'));
    expect(await stateIn('link')).toBe(true);
    mkdirSync(path.join(root, 'other'));
    writeFileSync(path.join(root, 'other/llm-router.yaml'), `version: 1\n${TOOL}`);
    expect(await stateIn('other')).toBe(false);
  });

  it('keeps what was trusted before', async () => {
    mkdirSync(path.join(root, 'q'));
    write(`version: 1\n${TOOL}`);
    writeFileSync(path.join(root, 'q/llm-router.yaml'), `version: 1\n${TOOL}`);
    await recordTrust(context(), await subjectIn('p'));
    await recordTrust(context(), await subjectIn('q'));
    expect([await stateIn('p'), await stateIn('q')]).toEqual([true, true]);
  });

  it.each(['', '{', 'null', '[]', '{"projects":[]}', '{"projects":{"/x":1}}'])(
    'is nobody’s in the damaged record %j, which is written anew',
    async (damaged) => {
      write(`version: 1\n${TOOL}`);
      mkdirSync(path.dirname(trustFile(context())), { recursive: true });
      writeFileSync(trustFile(context()), damaged);
      chmodSync(trustFile(context()), 0o644);
      expect(await stateIn('p')).toBe(false);
      await recordTrust(context(), await subjectIn('p'));
      expect(await stateIn('p')).toBe(true);
      expect(statSync(trustFile(context())).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(trustFile(context()), 'utf8')).version).toBe(1);
    },
  );

  it('says what would run', async () => {
    write(`version: 1\ntools: { bot: { binary: ./x, args: ["a b", ["--m", "{model}"]], grace: 1s }, codex: { timeout: 1m } }
agents: { a: { preferred_tool: bot, access: full } }
policies: { default: { privacy: { log_prompts: true } } }\n`);
    const { does } = await subjectIn('p');
    expect(does[0]).toBe('tool bot: ./x "a b" [--m {model}]  (sets grace)');
    expect(does[1]).toMatch(/^tool codex: codex exec .*\(sets timeout\)$/);
    expect(does.slice(2)).toEqual(['agent a: may ask for access `full`', 'sets policies: default']);
  });
});

function write(text: string): void {
  writeFileSync(path.join(root, 'p/llm-router.yaml'), text);
}

function context() {
  return { env: { XDG_STATE_HOME: path.join(root, 'state') }, home: path.join(root, 'home') };
}

async function load(folder: string) {
  return loadConfigFiles({
    explicit: [],
    env: {},
    cwd: path.join(root, folder),
    home: path.join(root, 'home'),
  });
}

async function subjectIn(folder: string) {
  const subject = await trustSubject(await load(folder));
  if (subject === null) throw new Error(`no config in ${folder}`);
  return subject;
}

async function hashOf(text: string): Promise<string> {
  write(text);
  return (await subjectIn('p')).hash;
}

async function stateIn(folder: string): Promise<boolean> {
  return (await trustOf(await load(folder), context())).trusted;
}
