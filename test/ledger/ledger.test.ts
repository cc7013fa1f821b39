import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXPIRY_MS } from '../../src/ledger/sqlite-ledger.js';
import { asking, DAY, ended, good, spentIn } from './attempts.js';
import { type Bench, ENGINES } from './engines.js';

describe.each(ENGINES)('a ledger on $name', ({ make }) => {
  let bench: Bench;
  beforeEach(() => {
    bench = make();
  });
  afterEach(async () => {
    const faults = await bench.faults();
    bench.dispose();
    expect(faults).toEqual([]);
  });

  it('reserves up to the limit, and settles to the cost', async () => {
    const ledger = await bench.as('me');
    expect(good(await ledger.admit(asking('A', 600, { all: 1000 })))).toEqual({ reserveMicroUsd: 600 });
    expect(await spentIn(ledger, 'all')).toEqual([0, 600]);
    expect(good(await ledger.admit(asking('B', 600, { all: 1000 })))).toEqual({ refusal: 'all' });
    good(await ledger.begin('A:1'));
    good(await ledger.settle(ended('A', 150)));
    expect(await spentIn(ledger, 'all')).toEqual([150, 0]);
    expect(good(await ledger.admit(asking('B', 850, { all: 1000 })))).toEqual({ reserveMicroUsd: 850 });
  });

  it('reserves in every scope or in none', async () => {
    const ledger = await bench.as('me');
    expect(good(await ledger.admit(asking('A', 600, { all: 1000, mine: 500 })))).toEqual({ refusal: 'mine' });
    expect(await spentIn(ledger, 'all')).toEqual([0, 0]);
    good(await ledger.admit(asking('B', 400, { all: 1000, mine: 500 })));
    expect([await spentIn(ledger, 'all'), await spentIn(ledger, 'mine')]).toEqual([
      [0, 400],
      [0, 400],
    ]);
  });

  it('counts each attempt once, however often it is settled', async () => {
    const ledger = await bench.as('me');
    for (const _ of [1, 2]) good(await ledger.admit(asking('A', 300, { all: 1000 })));
    expect(await spentIn(ledger, 'all')).toEqual([0, 300]);
    for (const _ of [1, 2]) good(await ledger.settle(ended('A', 200)));
    good(await ledger.settle(ended('A', 900)));
    good(await ledger.release('A:1'));
    expect(await spentIn(ledger, 'all')).toEqual([200, 0]);
  });

  it('counts spend without a reservation in the given scopes', async () => {
    const ledger = await bench.as('me');
    good(await ledger.settle(ended('A', 70, { scopes: ['all', 'mine'] })));
    expect([
      await spentIn(ledger, 'all'),
      await spentIn(ledger, 'mine'),
      await spentIn(ledger, 'other'),
    ]).toEqual([
      [70, 0],
      [70, 0],
      [0, 0],
    ]);
  });

  it('releases the whole reservation when nothing was started', async () => {
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('A', 300, { all: 1000 })));
    good(await ledger.release('A:1'));
    expect(await spentIn(ledger, 'all')).toEqual([0, 0]);
    expect(good(await ledger.begin('A:1'))).toBe(false);
  });

  it('settles on the day of the reservation, whatever the clock says by then', async () => {
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('A', 300, { all: 1000 })));
    bench.nowMs += 24 * 3_600_000;
    good(await ledger.settle(ended('A', 200)));
    expect(await spentIn(ledger, 'all', DAY)).toEqual([200, 0]);
    expect(await spentIn(ledger, 'all', '2026-11-21')).toEqual([0, 0]);
    expect(await spentIn(ledger, 'all', '2026-11')).toEqual([200, 0]);
    expect(await spentIn(ledger, 'all', '2026-12')).toEqual([0, 0]);
  });

  it('releases the reservation of a dead process whose tool had not started', async () => {
    good(await (await bench.as('dead')).admit(asking('A', 600, { all: 1000 })));
    bench.kill('dead');
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('B', 900, { all: 1000 })));
    expect(await spentIn(ledger, 'all')).toEqual([0, 900]);
  });

  it('reads sums as if expired reservations were released, and releases nothing', async () => {
    const silent = await bench.as('silent');
    good(await silent.admit(asking('A', 600, { all: 1000 })));
    const ledger = await bench.as('me');
    expect(await spentIn(ledger, 'all')).toEqual([0, 600]);
    bench.nowMs += EXPIRY_MS;
    expect(await spentIn(ledger, 'all')).toEqual([0, 0]);
    expect(good(await ledger.reserved()).count).toBe(0);
    expect(good(await silent.begin('A:1'))).toBe(true);
    expect(await spentIn(ledger, 'all')).toEqual([600, 0]);
    good(await silent.meter('A:1', 50));
    expect(await spentIn(ledger, 'all')).toEqual([0, 600]);
  });

  it('counts the whole reservation of a dead process whose tool had started', async () => {
    const dead = await bench.as('dead');
    good(await dead.admit(asking('A', 600, { all: 1000 })));
    good(await dead.begin('A:1'));
    good(await dead.meter('A:1', 100));
    bench.kill('dead');
    const ledger = await bench.as('me');
    expect(good(await ledger.admit(asking('B', 500, { all: 1000 })))).toEqual({ refusal: 'all' });
    expect(await spentIn(ledger, 'all')).toEqual([600, 0]);
  });

  it('counts more than the reservation of a dead process when more spend was seen', async () => {
    const dead = await bench.as('dead');
    good(await dead.admit(asking('A', 600, { all: 1000 })));
    good(await dead.begin('A:1'));
    good(await dead.meter('A:1', 700));
    good(await dead.meter('A:1', 650));
    bench.kill('dead');
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('B', 1, { all: 1000 })));
    expect(await spentIn(ledger, 'all')).toEqual([700, 1]);
  });

  it('releases a reservation without a heartbeat, and lets a late settlement correct it', async () => {
    const slow = await bench.as('slow');
    good(await slow.admit(asking('A', 600, { all: 1000 })));
    good(await slow.begin('A:1'));
    bench.nowMs += EXPIRY_MS - 1;
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('B', 10, { all: 1000 })));
    expect(await spentIn(ledger, 'all')).toEqual([0, 610]);
    good(await slow.meter('A:1', 50));
    bench.nowMs += EXPIRY_MS - 1;
    good(await ledger.admit(asking('C', 10, { all: 1000 })));
    expect(await spentIn(ledger, 'all')).toEqual([0, 620]);
    bench.nowMs += 1;
    good(await ledger.admit(asking('D', 10, { all: 1000 })));
    expect(await spentIn(ledger, 'all')).toEqual([600, 20]);
    good(await slow.settle(ended('A', 80)));
    good(await slow.settle(ended('A', 80)));
    expect(await spentIn(ledger, 'all')).toEqual([80, 20]);
  });

  it('stops a process that was taken for dead before it starts its tool', async () => {
    const slow = await bench.as('slow');
    good(await slow.admit(asking('A', 600, { all: 1000 })));
    bench.nowMs += EXPIRY_MS;
    good(await (await bench.as('me')).admit(asking('B', 10, { all: 1000 })));
    expect(good(await slow.begin('A:1'))).toBe(false);
  });

  it('releases abandoned reservations of its own process, and no live ones', async () => {
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('A', 600, { all: 1000 })));
    good(await ledger.admit(asking('B', 100, { all: 1000 })));
    good(await ledger.begin('A:1'));
    bench.nowMs += EXPIRY_MS - 1;
    good(await ledger.meter('A:1', 0));
    bench.nowMs += 1;
    expect(await spentIn(ledger, 'all')).toEqual([0, 600]);
  });

  it('reports the sum of all reservations', async () => {
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('A', 600, { all: 1000 })));
    good(await (await bench.as('other')).admit(asking('B', 10, { all: 1000, more: 20 })));
    expect(good(await ledger.reserved())).toEqual({ count: 2, microUsd: 610 });
  });

  it('shows when a run cost more than its reservation', async () => {
    const ledger = await bench.as('me');
    good(await ledger.admit(asking('A', 300, { all: 1000 })));
    good(await ledger.settle(ended('A', 1200)));
    expect(await spentIn(ledger, 'all')).toEqual([1200, 0]);
    expect(good(await ledger.admit(asking('B', 1, { all: 1000 })))).toEqual({ refusal: 'all' });
  });
});
