import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ledgerAccess } from '../../src/ledger/access.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import { holdLedger } from '../rig/held-ledger.js';
import { asking, ended, good, spentIn } from './attempts.js';

let folder: string;
let file: string;
let ledger: Ledger;
let holder: { letGo(): Promise<void> };
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-lock-'));
  file = path.join(folder, 'ledger.db');
  ledger = good(await openLedger({ file, now }));
  holder = await holdLedger(file);
});
afterEach(async () => {
  await holder.letGo();
  ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = () => Date.UTC(2026, 10, 20, 12);

/** Whether it is over, after the event loop has turned often. */
async function isOver(work: Promise<unknown>): Promise<boolean> {
  let over = false;
  void work.finally(() => {
    over = true;
  });
  for (let turns = 0; turns < 5; turns++) await turn();
  return over;
}

describe('while another process holds the ledger', () => {
  it('the event loop turns, and what waits goes on in its order once it is free', async () => {
    const order: string[] = [];
    const writes = ['A', 'B', 'C'].map((id) =>
      ledger.admit({ ...asking(id, 40, { all: 100 }), id }).then((admitted) => {
        order.push(id);
        return good(admitted);
      }),
    );
    expect(await isOver(Promise.race(writes))).toBe(false);
    await holder.letGo();
    expect(await Promise.all(writes)).toEqual([
      { reserveMicroUsd: 40 },
      { reserveMicroUsd: 40 },
      { refusal: 'all' },
    ]);
    expect(order).toEqual(['A', 'B', 'C']);
  });

  it('the first use of a new one waits as well, while another process makes it', async () => {
    const fresh = path.join(folder, 'new.db');
    const maker = await holdLedger(fresh, 'EXCLUSIVE');
    const opening = openLedger({ file: fresh, now });
    const wasOver = await isOver(opening).finally(() => maker.letGo());
    good(await opening).close();
    expect(wasOver).toBe(false);
  });

  it('reads do not wait', async () => {
    const write = ledger.settle(ended('A', 5));
    expect(await spentIn(ledger, 'all')).toEqual([0, 0]);
    await holder.letGo();
    good(await write);
    expect(await spentIn(ledger, 'all')).toEqual([5, 0]);
  });

  it('a request that has to end waits no longer, also behind others, and holds nothing', async () => {
    const first = ledger.settle(ended('A', 5));
    const ending = new AbortController();
    const admitted = ledger.admit({ ...asking('B', 40, { all: 100 }), signal: ending.signal });
    expect(await isOver(admitted)).toBe(false);
    ending.abort();
    expect(await admitted).toMatchObject({ ok: false, error: { kind: 'busy' } });
    await holder.letGo();
    good(await first);
    expect(await spentIn(ledger, 'all')).toEqual([5, 0]);
  });

  it('closing it ends the waits, and says that it is held', async () => {
    const writes = [ledger.settle(ended('A', 5)), ledger.settle(ended('B', 5))];
    expect(await isOver(Promise.race(writes))).toBe(false);
    ledger.close();
    expect(await Promise.all(writes)).toMatchObject([
      { ok: false, error: { kind: 'busy' } },
      { ok: false, error: { kind: 'busy' } },
    ]);
  });

  it('the records of a server that ends wait beside it', async () => {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const access = ledgerAccess({ file, now, project: '', gathers: true, warn });
    good(await access.open());
    await access.keep({ attempts: [ended('A', 5)], invocation: null });
    await access.close();
    await holder.letGo();
    const next = good(await openLedger({ file, now }));
    expect(await spentIn(next, 'all')).toEqual([5, 0]);
    expect(warnings).toEqual([]);
    next.close();
  });
});
