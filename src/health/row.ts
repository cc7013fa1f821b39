/** What a check looks at; rows stand in this order. */
export const CHECK_NAMES = [
  'config',
  'machine',
  'folder',
  'client',
  'run',
  'snapshot',
  'tool',
  'variable',
  'cooldown',
  'limit',
  'ledger',
  'endpoint',
  'telemetry',
  'agent',
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** What a check found. */
export interface Finding {
  /** `fail` means that something a configured agent needs is broken; `skip` that no agent needs it, or that it was not checked. */
  status: 'ok' | 'warn' | 'fail' | 'skip';
  detail: string;
  /** What to do about it; set for every row that is not `ok`. */
  fix: string | null;
  /** The same for programs. */
  data?: Readonly<Record<string, unknown>>;
}

/** One line of a health report. */
export interface HealthRow extends Finding {
  check: CheckName;
  subject: string;
}
