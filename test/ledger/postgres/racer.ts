import { appendFileSync } from 'node:fs';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import { asking, ended, good } from '../attempts.js';

/** What one process of a race is told. */
export interface Race {
  url: string;
  schema: string;
  /** Gets a line for each run that was allowed to begin. */
  calls: string;
  file: string;
  id: string;
  costMicroUsd: number;
  limitMicroUsd: number;
  rounds: number;
}

/** Reserves, begins and settles as long as there is room, once the parent says so. */
async function race(one: Race): Promise<void> {
  const { url, schema, file, id, costMicroUsd, limitMicroUsd } = one;
  const shared = { url, schema, leaseMs: 3000, connectTimeoutMs: 20_000, env: process.env };
  const ledger = good(await openLedger({ file, now: Date.now, shared }));
  process.send?.('ready');
  await new Promise((go) => process.once('message', go));
  const day = new Date().toISOString().slice(0, 10);
  for (let round = 0; round < one.rounds; round++) {
    const run = `${id}-${round}`;
    const asked = asking(run, costMicroUsd, { race: limitMicroUsd }, Date.now());
    const verdict = good(await ledger.admit(asked));
    if ('refusal' in verdict) continue;
    if (!good(await ledger.begin(asked.id))) continue;
    appendFileSync(one.calls, 'x\n');
    good(await ledger.settle({ ...ended(run, costMicroUsd, { scopes: ['race'] }), day }));
  }
  ledger.close();
  process.disconnect?.();
}

void race(JSON.parse(process.argv[2] ?? '') as Race);
