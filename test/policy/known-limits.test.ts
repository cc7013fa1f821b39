import { expect, it } from '@jest/globals';
import { knownLimits } from '../../src/policy/known-limits.js';
import { configOf } from '../rig/config.js';

const CONFIG = `
agents:
  writer: { preferred_tool: mock }
  nightly: { preferred_tool: mock, policy: batch }
policies:
  default:
    budget:
      - { daily_usd: 20, monthly_usd: 200, limit: { type: hard } }
      - { scope: agent, daily_usd: 3 }
  batch:
    budget: { scope: policy, daily_usd: 5 }
`;

it('every limit that a run of a project can be under is known once, by what it counts', () => {
  const found = knownLimits(configOf(CONFIG), { project: '/p', nowMs: Date.parse('2026-11-20T12:00:00Z') });
  const shown = found.map(({ policy, name, limit }) => [
    policy,
    name,
    limit.window,
    limit.limitMicroUsd / 1e6,
    limit.isHard,
  ]);
  expect(shown).toHaveLength(new Set(shown.map((one) => JSON.stringify(one))).size);
  expect(shown).toEqual(
    expect.arrayContaining([
      ['default', null, 'daily', 20, true],
      ['default', null, 'monthly', 200, true],
      ['default', 'writer', 'daily', 3, false],
      ['default', 'nightly', 'daily', 3, false],
      ['batch', 'batch', 'daily', 5, false],
    ]),
  );
});
