import { ok, type Result } from '../domain/result.js';
import { type CooldownState, type CoolingPair, NO_COOLDOWNS } from '../policy/cooldown.js';
import type { LedgerAccess } from './access.js';
import type { CooldownStore } from './cooldowns.js';
import type { LedgerTrouble } from './trouble.js';

type Access = Pick<LedgerAccess, 'read' | 'open'>;

/**
 * Cooldowns that all machines with the same shared ledger go by. While its database is away those of this machine are kept in the `local` file; the next
 * change that reaches the database moves them there.
 */
export function sharedCooldowns(access: Access, local: CooldownStore): CooldownStore {
  const read = async (): Promise<CooldownState> => {
    const shared = await access.read(
      async (ledger) => (await ledger.shared?.cooldowns()) ?? ok(NO_COOLDOWNS),
      { staysOpen: true },
    );
    return both(shared.ok ? (shared.value ?? NO_COOLDOWNS) : NO_COOLDOWNS, await local.read());
  };
  return {
    read,
    change: async (change) => {
      const state = await read();
      if (change(state) === state) return;
      const own = await local.read();
      const done = await changeShared(access, (shared) => change(both(shared, own)));
      if (!done.ok) return local.change(change);
      if (!isEmpty(own)) await local.clear().catch(() => {});
    },
    clear: async () => {
      await local.clear();
      const done = await changeShared(access, (state) => (isEmpty(state) ? state : NO_COOLDOWNS));
      if (!done.ok) throw new Error(done.error.message);
    },
  };
}

async function changeShared(
  access: Access,
  change: (state: CooldownState) => CooldownState,
): Promise<Result<void, LedgerTrouble>> {
  const opened = await access.open();
  if (!opened.ok) return opened;
  return (await opened.value.shared?.changeCooldowns(change)) ?? ok(undefined);
}

/** Of a pair that is in both the shared cooldown holds. */
function both(shared: CooldownState, own: CooldownState): CooldownState {
  if (isEmpty(own)) return shared;
  const isKnown = (pair: CoolingPair) =>
    shared.cooldowns.some((one) => one.tool === pair.tool && one.model === pair.model);
  return {
    cooldowns: [...shared.cooldowns, ...own.cooldowns.filter((one) => !isKnown(one))],
    failures: [...shared.failures, ...own.failures],
  };
}

function isEmpty({ cooldowns, failures }: CooldownState): boolean {
  return cooldowns.length === 0 && failures.length === 0;
}
