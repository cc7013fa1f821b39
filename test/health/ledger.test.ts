import { expect, it } from '@jest/globals';
import { checkLedger } from '../../src/health/checks/ledger.js';
import type { HealthContext, LedgerState } from '../../src/health/context.js';

function findingWith(clockAheadMs: number) {
  const ledger: LedgerState = {
    file: 'postgres://db/llm',
    trouble: null,
    held: { runs: 0, microUsd: 0 },
    server: {
      version: '15.9',
      role: 'ci',
      schemaVersion: 1,
      isReadOnly: false,
      clockAheadMs,
      roundTripMs: 2,
    },
  };
  const [item] = checkLedger({ config: { policies: {} }, ledger } as unknown as HealthContext);
  return item?.ask();
}

it.each([
  { clockAheadMs: 59_000, status: 'ok', said: 'PostgreSQL 15.9 as `ci`, answers in 2 ms' },
  {
    clockAheadMs: 3_600_000,
    status: 'warn',
    said: 'the clock of this machine is 1h 00m behind that of the database',
  },
  {
    clockAheadMs: -120_000,
    status: 'warn',
    said: 'the clock of this machine is 2m 00s ahead of that of the database',
  },
])('a clock that differs by $clockAheadMs ms: $status', ({ clockAheadMs, status, said }) => {
  expect(findingWith(clockAheadMs)).toMatchObject({ status, detail: expect.stringContaining(said) });
});
