import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { metered } from './metered.js';

const CONFIG = `
default_agent: writer
agents:
  writer: { preferred_tool: denied, fallback_chain: [keyless, 'ok:sonnet', 'ok:opus', later] }
tools:
  denied: { kind: mock, responses: [{ text: never }] }
  later: { kind: mock, responses: [{ text: never }] }
  keyless: { kind: http, api: openai-chat, base_url: 'https://api.example.test/v1', api_key_env: SOME_KEY, models: [sonnet] }
  ok: { kind: mock, models: [sonnet, opus], responses: [{ text: hi }] }
policies:
  default: { governance: { allowed_tools: [keyless, ok], allowed_models: [sonnet] } }
`;

it('refusals by governance and for want of a key are counted as the audit log has them', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-refusals-'));
  const audit = { file: path.join(folder, 'audit.jsonl'), retentionDays: 90, now: Date.now, warn: () => {} };
  const { run, series } = await metered(CONFIG, { audit, env: {} });
  for (let n = 0; n < 3; n++) expect((await run()).tool).toBe('ok');
  const lines = readFileSync(audit.file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  rmSync(folder, { recursive: true, force: true });
  const count = (event: string) => lines.filter(({ audit_event }) => audit_event === event).length;
  // What comes after the answer was not needed.
  expect(counted(await series('llm_governance_violations_total'))).toEqual({
    'writer none': count('governance_violation'),
  });
  expect(counted(await series('llm_missing_key_total'))).toEqual({ keyless: count('missing_api_key') });
  expect([count('governance_violation'), count('missing_api_key')]).toEqual([3, 3]);
});

/** What is not 0. */
function counted(series: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(series).filter(([, value]) => value !== 0));
}

it('what may be refused is shown at 0 before it is', async () => {
  const { series } = await metered(`
agents: { free: { preferred_tool: ok }, bound: { preferred_tool: ok, policy: strict } }
tools: { ok: { kind: mock, models: [sonnet, opus], responses: [{ text: hi }] } }
policies: { strict: { governance: { denied_models: [opus, haiku] } } }
`);
  expect(await series('llm_governance_violations_total')).toEqual({ 'bound opus': 0, 'bound haiku': 0 });
  expect(await series('llm_missing_key_total')).toMatchObject({ ok: 0 });
});
