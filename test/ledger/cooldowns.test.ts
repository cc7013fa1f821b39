import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileCooldowns } from '../../src/ledger/cooldowns.js';
import { type CooldownState, NO_COOLDOWNS } from '../../src/policy/cooldown.js';

const STATE: CooldownState = {
  cooldowns: [{ tool: 'codex', model: null, reason: 'quota', untilMs: Date.parse('2026-11-20T12:00:00Z') }],
  failures: [{ tool: 'claude', model: 'opus', atMs: Date.parse('2026-11-20T11:00:00Z') }],
};

function place(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'llm-cooldowns-')), 'state', 'cooldowns.json');
}

describe('the record of cooldowns', () => {
  it('is read by the next process, and private to the user', async () => {
    const file = place();
    await fileCooldowns(file).change(() => STATE);
    expect(await fileCooldowns(file).read()).toEqual(STATE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is not written without a change, and empty when missing', async () => {
    const file = place();
    const store = fileCooldowns(file);
    await store.change((state) => state);
    expect(() => statSync(file)).toThrow();
    expect(await store.read()).toEqual(NO_COOLDOWNS);
    await store.clear();
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"cooldowns":1,"failures":[1,null,{}]}',
    '{"cooldowns":[{"tool":"a","model":1}]}',
  ])('that is damaged (%j) counts as empty, and is rewritten', async (text) => {
    const file = place();
    await fileCooldowns(file).change(() => STATE);
    writeFileSync(file, text);
    expect(await fileCooldowns(file).read()).toEqual(NO_COOLDOWNS);
    await fileCooldowns(file).change(() => STATE);
    expect(await fileCooldowns(file).read()).toEqual(STATE);
  });

  it.each([
    ['the file', (file: string) => chmodSync(file, 0o666)],
    ['its folder', (file: string) => chmodSync(path.dirname(file), 0o777)],
  ])('is not believed where other users can write to %s, and says so once', async (_, open) => {
    const file = place();
    await fileCooldowns(file).change(() => STATE);
    open(file);
    const warnings: string[] = [];
    const store = fileCooldowns(file, (message) => void warnings.push(message));
    expect([await store.read(), await store.read()]).toEqual([NO_COOLDOWNS, NO_COOLDOWNS]);
    expect(warnings).toEqual([expect.stringContaining('are not believed: other users can')]);
  });

  it('stays whole when many processes write at once', async () => {
    const file = place();
    const learn = (n: number) =>
      fileCooldowns(file).change((state) => ({
        ...state,
        failures: [...state.failures, { tool: `t${n}`, model: null, atMs: 0 }],
      }));
    await Promise.all(Array.from({ length: 20 }, (_, n) => learn(n)));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1 });
    expect((await fileCooldowns(file).read()).failures.length).toBeGreaterThan(0);
  });

  it('that cannot be written is not changed', async () => {
    await expect(fileCooldowns('/proc/none/cooldowns.json').change(() => STATE)).resolves.toBeUndefined();
  });
});

it('sees at once what another process writes, removes or opens to other users', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'llm-cooldowns-')), 'cooldowns.json');
  const warnings: string[] = [];
  const [mine, other] = [fileCooldowns(file, (message) => void warnings.push(message)), fileCooldowns(file)];
  const cooling = (tool: string) => ({
    failures: [],
    cooldowns: [{ tool, model: null, reason: 'quota' as const, untilMs: 9_000_000_000_000 }],
  });
  const tools = async () => (await mine.read()).cooldowns.map(({ tool }) => tool);
  expect(await tools()).toEqual([]);
  for (const tool of ['aa', 'bb', 'cc']) {
    await other.change(() => cooling(tool));
    expect([await tools(), await tools()]).toEqual([[tool], [tool]]);
  }
  chmodSync(file, 0o666);
  expect([await tools(), await tools(), warnings.length]).toEqual([[], [], 1]);
  chmodSync(file, 0o600);
  expect(await tools()).toEqual(['cc']);
  await other.clear();
  expect(await tools()).toEqual([]);
});
