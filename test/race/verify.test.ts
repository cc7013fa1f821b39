import { describe, expect, it } from '@jest/globals';
import { OwnDeadline } from '../../src/domain/deadline.js';
import { failure } from '../../src/domain/failure.js';
import { commandTrouble } from '../../src/race/verify.js';

type World = Parameters<typeof commandTrouble>[0];
type Order = Parameters<typeof commandTrouble>[1];

describe('the look for the verify command', () => {
  it('ends with the run', async () => {
    const clock = { monotonic: () => performance.now() };
    const host = { clock, tmpDir: '/tmp', platform: 'linux', env: { PATH: '/bin' } };
    const world = { host, urgent: new AbortController().signal } as unknown as World;
    const order = { verify: { command: 'ls' }, request: { cwd: '/' } } as unknown as Order;
    const deadline = new OwnDeadline(() => null);
    expect(await commandTrouble(world, order, deadline)).toBeNull();
    deadline.stop(failure('cancelled', 'stopped'));
    expect(await commandTrouble(world, order, deadline)).toMatchObject({ type: 'cancelled' });
  });
});
