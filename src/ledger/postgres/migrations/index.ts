import { FIRST } from './001-first.js';
import { RACES } from './002-races.js';
import { COOLDOWNS_AND_AUDIT } from './003-cooldowns-and-audit.js';

/** Every change of the schema, oldest first. A released one is never edited: what it lacks comes in another behind it. */
export const MIGRATIONS: readonly string[] = [FIRST, RACES, COOLDOWNS_AND_AUDIT];
