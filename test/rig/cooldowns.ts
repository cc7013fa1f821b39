import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CooldownStore, fileCooldowns } from '../../src/ledger/cooldowns.js';

/** A private cooldown file in a temporary folder. */
export function ownCooldowns(): CooldownStore {
  return fileCooldowns(path.join(mkdtempSync(path.join(tmpdir(), 'llm-cooldowns-')), 'cooldowns.json'));
}
