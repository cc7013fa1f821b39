import { reasonOf } from '../files.js';
import { sqliteCode } from './sqlite.js';

/** What only a ledger on a server can have. */
type ServerTrouble = 'away' | 'denied' | 'no_database' | 'no_rights' | 'older' | 'bad_url';

/** Why the ledger could not be used. */
export interface LedgerTrouble {
  kind:
    | 'no_driver'
    | 'cannot_open'
    | 'read_only'
    | 'full'
    | 'busy'
    | 'damaged'
    | 'newer'
    | 'foreign'
    | 'not_own'
    | 'io'
    | 'replaced'
    | ServerTrouble;
  /** One sentence without full stop, with the path. */
  message: string;
  /** What to do about it. */
  hint: string;
}

/** Describes an error of SQLite or of the file system; any other error is a bug and is rethrown. */
export function troubleOf(error: unknown, file: string): LedgerTrouble {
  const code = sqliteCode(error) ?? systemCode(error);
  if (code === null) throw error;
  const kind = KINDS[code] ?? 'io';
  const { why, hint } = WORDS[kind];
  const said = kind === 'io' || kind === 'cannot_open' ? `: ${reasonOf(error)}` : '';
  return { kind, message: `the ledger \`${file}\` ${why}${said}`, hint };
}

/** It was closed while another process held it. */
export function closedInWait(file: string): LedgerTrouble {
  const { why, hint } = WORDS.busy;
  return { kind: 'busy', message: `the ledger \`${file}\` ${why}`, hint };
}

/** The file at its place is not the one that is open. */
export function replaced(file: string): LedgerTrouble {
  return {
    kind: 'replaced',
    message: `the ledger \`${file}\` was deleted or replaced while llm-router had it open`,
    hint: 'put it back, or restart llm-router: what the file at that place says is then what is spent',
  };
}

/** The file was written by a later version of the router. */
export function newer(file: string): LedgerTrouble {
  return {
    kind: 'newer',
    message: `the ledger \`${file}\` was written by a newer version of llm-router`,
    hint: `update llm-router, or ${ELSEWHERE}`,
  };
}

/** The file is a database of another program. */
export function foreign(file: string): LedgerTrouble {
  return {
    kind: 'foreign',
    message: `\`${file}\` is a database of another program, not a ledger`,
    hint: ELSEWHERE,
  };
}

/** Another user can have written to the file; `why` is the end of a sentence about it. */
export function notOwn(file: string, why: string): LedgerTrouble {
  return {
    kind: 'not_own',
    message: `the ledger \`${file}\` is not believed: ${why}`,
    hint: `take ownership of it and its folder and let no other user write there, or ${ELSEWHERE}`,
  };
}

/** No SQLite driver is available. */
export function noDriver(): LedgerTrouble {
  return {
    kind: 'no_driver',
    message: 'this Node has no SQLite, and the optional package `libsql` is not installed',
    hint: 'use Node 22.13 or newer, or install llm-router with its optional packages',
  };
}

const ELSEWHERE = 'name another file with `ledger.path` or `LLM_ROUTER_LEDGER`';

type Known = Exclude<
  LedgerTrouble['kind'],
  'replaced' | 'newer' | 'foreign' | 'not_own' | 'no_driver' | ServerTrouble
>;

const WORDS: Record<Known, { why: string; hint: string }> = {
  cannot_open: { why: 'cannot be opened', hint: `make it writable, or ${ELSEWHERE}` },
  read_only: { why: 'cannot be written', hint: `make it and its folder writable, or ${ELSEWHERE}` },
  full: { why: 'cannot grow: the disk is full', hint: `free the disk, or ${ELSEWHERE}` },
  busy: { why: 'is held by another process', hint: 'try again; `lsof` shows the process that holds it' },
  damaged: {
    why: 'is damaged, or is no ledger',
    hint: `move it away and a new one is made (which loses what was spent so far), or ${ELSEWHERE}`,
  },
  io: { why: 'cannot be used', hint: `check the disk and its limits, or ${ELSEWHERE}` },
};

/** Result codes of SQLite (https://sqlite.org/rescode.html) and error codes of the system. */
const KINDS: Readonly<Partial<Record<string | number, Known>>> = {
  3: 'cannot_open',
  5: 'busy',
  6: 'busy',
  8: 'read_only',
  11: 'damaged',
  13: 'full',
  14: 'cannot_open',
  26: 'damaged',
  EACCES: 'cannot_open',
  EPERM: 'cannot_open',
  EROFS: 'read_only',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EISDIR: 'cannot_open',
  ENOTDIR: 'cannot_open',
};

function systemCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  return 'syscall' in error && 'code' in error ? String(error.code) : null;
}
