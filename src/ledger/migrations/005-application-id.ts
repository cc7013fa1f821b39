/**
 * Marks the file as ours (https://sqlite.org/pragma.html#pragma_application_id): `LLMR` in ASCII. An SQLite database of another
 * program is then never taken for a ledger.
 */
export const APPLICATION_ID = 0x4c4c4d52;

export const MARKED = `PRAGMA application_id = ${APPLICATION_ID}`;
