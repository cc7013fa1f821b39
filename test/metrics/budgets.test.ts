import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LedgerAccess, ledgerAccess } from '../../src/ledger/access.js';
import type { BudgetSource } from '../../src/metrics/metrics.js';
import { metered } from './metered.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const clock = { now: () => NOW, monotonic: () => performance.now() };

/** Each answer costs 2 dollars. */
const CONFIG = `
agents: { writer: { preferred_tool: paid, policy: strict } }
tools: { paid: { kind: mock, billing: api, models: [m], responses: [{ text: hi, usage: { input_tokens: 1999999, output_tokens: 1 } }] } }
models: { m: { provider: acme, max_output_tokens: 1000, cost_per_1m_tokens: { input: 1, output: 1 } } }
policies:
  default:
    budget: [{ daily_usd: 50, monthly_usd: 500 }, { scope: agent, daily_usd: 20 }]
  strict:
    budget: [{ daily_usd: 10, limit: { type: hard } }, { scope: policy, monthly_usd: 100 }]
`;

let folder = '';
let open: LedgerAccess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-budget-metrics-'));
});
afterEach(() => {
  for (const one of open) one.close();
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

/** Access of one process to the ledger that all share. */
function access(file = 'ledger.db'): LedgerAccess {
  const place = { file: path.join(folder, file), project: '/shop', warn: () => {} };
  const one = ledgerAccess({ ...place, now: () => NOW });
  open.push(one);
  return one;
}

function sourceOf(ledger: LedgerAccess, warn: (message: string) => void = () => {}): BudgetSource {
  const spend: BudgetSource['spend'] = (queries) => ledger.read((reader) => reader.spend(queries));
  return { project: ledger.project, now: () => NOW, spend, warn };
}

describe('the gauges of budgets', () => {
  it('show every window of the config, of several limits the lowest, before anything was spent', async () => {
    const { series } = await metered(CONFIG, { budgets: sourceOf(access()) });
    expect(await series('llm_budget_limit_usd')).toEqual({
      'global daily': 10,
      'global monthly': 500,
      'agent:writer daily': 20,
      'agent:none daily': 20,
      'policy:strict monthly': 100,
    });
    expect(new Set(Object.values(await series('llm_budget_spent_usd')))).toEqual(new Set([0]));
  });

  it('count what other processes spend, at the next scrape', async () => {
    const { series } = await metered(CONFIG, { budgets: sourceOf(access()) });
    const other = await metered(CONFIG, { ledger: access(), clock });
    expect((await other.run({ agent: 'writer' })).status).toBe('succeeded');
    expect((await other.run({ tool: 'paid' })).status).toBe('succeeded');
    expect(await series('llm_budget_spent_usd')).toEqual({
      'global daily': 4,
      'global monthly': 4,
      'agent:writer daily': 2,
      'agent:none daily': 2,
      'policy:strict monthly': 2,
    });
  });

  it('follow a changed config', async () => {
    const { series, use } = await metered(CONFIG, { budgets: sourceOf(access()) });
    await series('llm_budget_limit_usd');
    use('policies: { default: { budget: { daily_usd: 7 } } }');
    expect(await series('llm_budget_limit_usd')).toEqual({ 'global daily': 7 });
    use('');
    expect(await series('llm_budget_limit_usd')).toEqual({});
  });

  it('leave the spend out where the ledger cannot be read, and warn', async () => {
    writeFileSync(path.join(folder, 'broken.db'), 'this is no database'.repeat(1000));
    const warnings: string[] = [];
    const budgets = sourceOf(access('broken.db'), (message) => warnings.push(message));
    const { series } = await metered(CONFIG, { budgets });
    expect(await series('llm_budget_spent_usd')).toEqual({});
    expect(await series('llm_budget_limit_usd')).toMatchObject({ 'global daily': 10 });
    expect(warnings[0]).toMatch(/^metrics have no spend of budgets: /);
  });
});
