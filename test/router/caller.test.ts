import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { statOf } from '../../src/process/proc.js';
import { ownIdentity } from '../../src/process/this-process.js';
import { callerOf, personOnly } from '../../src/router/planning/caller.js';
import { recordLine } from '../../src/router/running/record.js';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const OTHER = '01BX5ZZKBKACTAV9WEVGEMMVRZ';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'llm-caller-'));
  mkdirSync(path.join(root, 'llm-router/running'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const callerIn = (env: Record<string, string>) =>
  callerOf({ env: { XDG_STATE_HOME: root, ...env }, home: root });

/** A record of a run whose tool is the process that started this one, or any other. */
function record({ tool = process.ppid, depth = 0, id = ID }): void {
  const start = statOf(tool)?.start ?? 0;
  const text = recordLine({
    version: 1,
    id,
    root_id: id,
    started_at: '2026-11-20T12:00:00.000Z',
    depth,
    router: { ...ownIdentity(), pid: 1, startTicks: 0 },
    trace: null,
    folder: null,
    leader: { pid: tool, start },
    pipes: [],
  });
  writeFileSync(path.join(root, 'llm-router/running', `${id}.json`), text);
}

describe('the run that a call is nested in', () => {
  it('is none without variables and records', () => {
    expect(callerIn({})).toBeNull();
    expect(callerIn({ LLM_ROUTER_PARENT_ID: '', LLM_ROUTER_DEPTH: '' })).toBeNull();
  });

  it('is named by the variables of its tool', () => {
    const env = {
      LLM_ROUTER_PARENT_ID: ID,
      LLM_ROUTER_ROOT_ID: OTHER,
      LLM_ROUTER_DEPTH: '2',
      LLM_ROUTER_SLOTS: 'a,b',
      LLM_ROUTER_FAMILY: `owner=${OTHER}&cap=500&source=${ID}:1&at_once=3`,
    };
    const family = {
      cap: { ownerId: OTHER, capMicroUsd: 500, sourceId: `${ID}:1` },
      children: { atOnce: 3, inAll: null },
    };
    expect(callerIn(env)).toEqual({
      id: ID,
      rootId: OTHER,
      traceId: null,
      depth: 2,
      slots: ['a', 'b'],
      family,
    });
  });

  it.each([
    { LLM_ROUTER_PARENT_ID: 'x' },
    { LLM_ROUTER_PARENT_ID: ID.toLowerCase() },
    { LLM_ROUTER_DEPTH: 'NaN' },
    { LLM_ROUTER_DEPTH: '-5' },
    { LLM_ROUTER_DEPTH: '0' },
    { LLM_ROUTER_ROOT_ID: 'x' },
  ])('is unknown, but there is one, with %j', (env) => {
    expect(callerIn(env)).toMatchObject({ id: null, rootId: null, depth: 1 });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux.each([{}, { LLM_ROUTER_DEPTH: '1' }, { LLM_ROUTER_PARENT_ID: OTHER, LLM_ROUTER_DEPTH: '-1' }])(
    'is known from the record of the run, whatever the variables say: %j',
    (env) => {
      record({ depth: 3 });
      expect(callerIn(env as Record<string, string>)).toMatchObject({ id: ID, rootId: ID, depth: 4 });
    },
  );

  onLinux('is known from a record that its tool opened to others', () => {
    record({ depth: 3 });
    chmodSync(path.join(root, 'llm-router/running', `${ID}.json`), 0o666);
    chmodSync(path.join(root, 'llm-router/running'), 0o777);
    expect(callerIn({})).toMatchObject({ id: ID, depth: 4 });
  });

  const asRoot = process.getuid?.() === 0 ? onLinux : it.skip;
  asRoot('is not named by a record of another user', () => {
    record({ depth: 3 });
    chownSync(path.join(root, 'llm-router/running', `${ID}.json`), 65_534, 65_534);
    expect(callerIn({})).toBeNull();
  });

  onLinux('is a run whose tool is this process itself', () => {
    record({ tool: process.pid });
    expect(callerIn({})).toMatchObject({ id: ID, depth: 1 });
  });

  onLinux('is not a run whose tool is another process', () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      record({ tool: other.pid ?? 0 });
      expect(callerIn({})).toBeNull();
    } finally {
      other.kill('SIGKILL');
    }
  });
});

it('what a person decides is refused inside a run, and nowhere else', () => {
  expect(personOnly('`--force`', null)).toBeNull();
  expect(personOnly('`--force`', callerIn({ LLM_ROUTER_DEPTH: '1' }))).toMatchObject({ type: 'not_allowed' });
});
