import { FIRST } from './001-first.js';
import { SLOTS } from './002-slots.js';
import { USAGE } from './003-usage.js';
import { BOUNDS } from './004-bounds.js';
import { MARKED } from './005-application-id.js';
import { CALLS } from './006-calls.js';
import { SESSIONS } from './007-sessions.js';
import { FAMILIES } from './008-families.js';
import { WITHOUT_PRICE } from './009-without-price.js';
import { RACES } from './010-races.js';

/** Every change of the schema, oldest first. A released one is never edited: what it lacks comes in another behind it. */
export const MIGRATIONS: readonly string[] = [
  FIRST,
  SLOTS,
  USAGE,
  BOUNDS,
  MARKED,
  CALLS,
  SESSIONS,
  FAMILIES,
  WITHOUT_PRICE,
  RACES,
];
