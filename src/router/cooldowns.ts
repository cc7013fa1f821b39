import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import { type CooldownStore, fileCooldowns } from '../ledger/cooldowns.js';
import { cooldownFile, type PathContext } from '../paths.js';
import { isActive } from '../policy/cooldown.js';

/** The cooldowns shared by all processes of the user. */
export function openCooldowns(context: PathContext, warn?: (message: string) => void): CooldownStore {
  return fileCooldowns(cooldownFile(context), warn);
}

/** Clears all cooldowns; returns their number, or why they cannot be removed. */
export async function clearCooldowns(context: PathContext, nowMs: number): Promise<Result<number, string>> {
  const store = openCooldowns(context);
  const { cooldowns } = await store.read();
  try {
    await store.clear();
    return ok(cooldowns.filter((cooldown) => isActive(cooldown, nowMs)).length);
  } catch (error) {
    return err(reasonOf(error));
  }
}
