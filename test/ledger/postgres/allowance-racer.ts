import { appendFileSync } from 'node:fs';
import { ledgerAccess } from '../../../src/ledger/access.js';
import { asking, ended, good } from '../attempts.js';
import type { Race } from './racer.js';

/** Reserves, begins and settles by a local allowance as long as there is room, once the parent says so. */
async function race(one: Race): Promise<void> {
  const { url, schema, file, id, costMicroUsd, limitMicroUsd } = one;
  const shared = { url, schema, leaseMs: 3000, connectTimeoutMs: 2000, env: process.env };
  const access = ledgerAccess({ file, shared, now: Date.now, project: '', warn: () => {} });
  const away = await access.open();
  if (away.ok) throw new Error('the database is there');
  const allowance = { policy: 'default', upToMicroUsd: limitMicroUsd, at: null };
  const { ledger } = good(await access.failOpen(allowance, away.error));
  process.send?.('ready');
  await new Promise((go) => process.once('message', go));
  for (let round = 0; round < one.rounds; round++) {
    const run = `${id}-${round}`;
    const asked = asking(run, costMicroUsd, {}, Date.now());
    const verdict = await ledger.admit(asked);
    if (!verdict.ok && verdict.error.kind === 'away') continue;
    if ('refusal' in good(verdict) || !good(await ledger.begin(asked.id))) continue;
    appendFileSync(one.calls, 'x\n');
    const day = new Date().toISOString().slice(0, 10);
    const row = { ...ended(run, costMicroUsd), day };
    // As a run does on a machine where all want the lock at once.
    if (!(await ledger.settle(row)).ok) await access.keepBeside({ attempts: [row], invocation: null });
  }
  await access.close();
  process.disconnect?.();
}

void race(JSON.parse(process.argv[2] ?? '') as Race);
