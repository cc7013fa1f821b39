import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runInProcess } from '../rig/in-process.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'llm-limits-')));
  mkdirSync(path.join(root, '.git'));
  mkdirSync(path.join(root, 'home/.config/llm-router'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const TOOLS = 'tools: { canned: { kind: mock, responses: [{ text: hello }] } }\n';
const ways = [
  ['a trusted project', [], { LLM_ROUTER_TRUST: '1' }],
  ['`--config`', ['--config', 'llm-router.yaml'], {}],
  ['LLM_ROUTER_CONFIG', [], { LLM_ROUTER_CONFIG: 'llm-router.yaml' }],
] as const;

describe.each(ways)('the own config of the user, against %s,', (_, args, env) => {
  const exec = (...more: string[]) =>
    runInProcess([...args, 'exec', '--tool', 'canned', ...more, 'hi'], { root, env });

  it('denies a tool, also under a policy that the other config adds', async () => {
    own('policies: { default: { governance: { denied_tools: [canned] } } }');
    project(`${TOOLS}policies: { lax: { governance: { denied_tools: [] } } }`);
    for (const policy of [[], ['--policy', 'lax']]) {
      const { code, stderr } = await exec(...policy);
      expect([code, stderr]).toEqual([77, expect.stringContaining('denies tool `canned` by `canned`')]);
    }
  });

  it('keeps prompts out of traces', async () => {
    own('policies: { default: { privacy: { log_prompts: false } } }');
    project(`${TOOLS}policies: { default: { privacy: { log_prompts: true } } }`);
    expect((await exec()).code).toBe(0);
    expect(traces()).toMatchObject([{ request: { prompt: null }, text: null }]);
  });

  it('masks by its patterns', async () => {
    own("policies: { default: { privacy: { redact: ['ACME-[0-9]+'] } } }");
    project(`${TOOLS}policies: { default: { privacy: { redact: [], log_prompts: true } } }`);
    expect((await exec('ACME-77')).code).toBe(0);
    expect(traces()).toMatchObject([{ request: { prompt: expect.not.stringContaining('ACME-77') } }]);
  });

  it('is an error while it cannot be read', async () => {
    own('policies: [');
    project(TOOLS);
    expect((await exec()).code).toBe(78);
  });
});

it('a file is checked by itself', async () => {
  own('policies: [');
  project(TOOLS);
  const { code, stdout } = await runInProcess(['config', 'validate', 'llm-router.yaml'], { root });
  expect([code, stdout]).toEqual([0, expect.stringContaining('Configuration valid')]);
});

function own(text: string): void {
  writeFileSync(path.join(root, 'home/.config/llm-router/limits.yaml'), text);
}

function project(text: string): void {
  writeFileSync(path.join(root, 'llm-router.yaml'), `version: 1\n${text}`);
}

function traces(): unknown[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /traces\/\d{8}\/\w+\.json$/.test(file))
    .map((file) => JSON.parse(readFileSync(path.join(root, file), 'utf8')));
}
