import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import type { LedgerAccess } from '../ledger/access.js';
import { type CooldownStore, fileCooldowns } from '../ledger/cooldowns.js';
import { cooldownFile, type PathContext } from '../paths.js';
import { isActive } from '../policy/cooldown.js';

/** The cooldowns shared by all processes of the user, and with a shared ledger by all machines that use it. */
export function openCooldowns(
  context: PathContext,
  ledger: LedgerAccess | null,
  warn?: (message: string) => void,
): CooldownStore {
  const local = fileCooldowns(cooldownFile(context), warn);
  if (ledger?.isShared !== true) return local;
  const shared = async (): Promise<CooldownStore> => {
    const { sharedCooldowns } = await import('../ledger/shared-cooldowns.js');
    return sharedCooldowns(ledger, local);
  };
  return {
    read: async () => (await shared()).read(),
    change: async (change) => (await shared()).change(change),
    clear: async () => (await shared()).clear(),
  };
}

/** Clears all cooldowns; returns their number, or why they cannot be removed. */
export async function clearCooldowns(
  context: PathContext,
  ledger: LedgerAccess | null,
  nowMs: number,
): Promise<Result<number, string>> {
  const store = openCooldowns(context, ledger);
  const { cooldowns } = await store.read();
  try {
    await store.clear();
    return ok(cooldowns.filter((cooldown) => isActive(cooldown, nowMs)).length);
  } catch (error) {
    return err(reasonOf(error));
  }
}
