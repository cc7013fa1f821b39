import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CooldownStore, fileCooldowns } from '../../src/ledger/cooldowns.js';

/** A record of its own in a temporary folder, that nobody else writes. */
export function ownCooldowns(): CooldownStore {
  return fileCooldowns(path.join(mkdtempSync(path.join(tmpdir(), 'llm-cooldowns-')), 'cooldowns.json'));
}
