/** Every reason why an attempt or an invocation can fail. The words are the same on screen, in JSON, traces and metrics. */
export type FailureType =
  | 'rate_limit'
  | 'quota'
  | 'overloaded'
  | 'connection'
  | 'timeout'
  | 'provider_error'
  | 'authentication'
  | 'tool_not_found'
  | 'model_not_found'
  | 'context_too_large'
  | 'invalid_request'
  | 'refused'
  | 'limit_reached'
  | 'invalid_response'
  | 'contract_violation'
  | 'partial'
  | 'not_allowed'
  | 'budget_exceeded'
  | 'not_restored'
  | 'conflict'
  | 'not_verified'
  | 'cancelled'
  | 'usage'
  | 'input'
  | 'config'
  | 'internal';

/** The expired time limit of a `timeout`. */
export type TimeoutPhase = 'connect' | 'first_output' | 'idle' | 'attempt' | 'invocation';

/** Why something failed: a value, never thrown. */
export interface Failure {
  type: FailureType;
  /** The clock of a `timeout`, the stage of a refusal (`plan`, `admit`), or the signal of `cancelled`. */
  phase: TimeoutPhase | 'plan' | 'admit' | 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null;
  /** One sentence without full stop, values in backticks. */
  message: string;
  /** What to do about it. */
  hint: string | null;
  tool: string | null;
  model: string | null;
  /** Wait before another try, in ms, when the tool or provider said so. */
  retryAfterMs: number | null;
  /** ISO time at which a limit resets, when known. */
  resetAt: string | null;
  httpStatus: number | null;
  /** The tool's own exit code. */
  exitCode: number | null;
  /** The end of the tool's standard error. */
  stderrTail: string | null;
  /** What a limit applies to: this model of the tool, or the whole tool. Not part of the documents. */
  cools: CoolingScope;
  /** A provider refused the request without a reason, so another one may accept it. Not part of the documents. */
  isUnexplained: boolean;
  /** How the output began in which no answer was found. It may be private, so that only the screen shows it; not part of the documents. */
  received: string | null;
  /** The limit that the tool was waiting for when a clock ended it; not part of the documents. */
  waitedFor: LimitType | null;
  /** The ledger cannot be used, which is not the caller's fault; not part of the documents. */
  ofLedger: boolean;
  /** The message without the reasons of rejected candidates, for screens that list those anyway; not part of the documents. */
  headline: string | null;
}

/** Failures that a tool may wait for by itself before it tries again. */
export const LIMIT_TYPES = ['rate_limit', 'quota', 'overloaded'] as const;
export type LimitType = (typeof LIMIT_TYPES)[number];

/** What cools down after a limit: one model of a tool, or all of them. */
export type CoolingScope = 'model' | 'tool';

/** Builds a failure from what is known; everything else is `null`. */
export function failure(
  type: FailureType,
  message: string,
  more: Partial<Omit<Failure, 'type' | 'message'>> = {},
): Failure {
  return {
    type,
    message,
    phase: null,
    hint: null,
    tool: null,
    model: null,
    retryAfterMs: null,
    resetAt: null,
    httpStatus: null,
    exitCode: null,
    stderrTail: null,
    cools: 'model',
    isUnexplained: false,
    received: null,
    waitedFor: null,
    ofLedger: false,
    headline: null,
    ...more,
  };
}

/**
 * When the same candidate may be tried again.
 * `if_last`: only when no other candidate is usable; `connect`: only for phase connect; `http`: only for HTTP tools;
 * `contract`: once, when the policy sets `retry_on_contract_violation`.
 */
export type RetryRule = 'never' | 'always' | 'once' | 'if_last' | 'connect' | 'http' | 'contract';

/**
 * Whether the next candidate may be tried.
 * `unless_invocation`: not when the whole invocation ran out of time; `larger_window`, `cheaper`: only to one that fits;
 * `other_provider`: once, where the failure is unexplained.
 */
export type FallbackRule =
  | 'never'
  | 'next'
  | 'unless_invocation'
  | 'larger_window'
  | 'cheaper'
  | 'other_provider';

/** One row of the decision table: what follows from a failure. */
export interface FailureRow {
  cause: string;
  retry: RetryRule;
  fallback: FallbackRule;
  /** Exit code of the process; `cancelled` adds the signal's number instead. */
  exit: number;
  /** JSON-RPC error code. */
  rpc: number;
  /** HTTP status of the server's answer. */
  http: number;
}

/** The one table that drives retry, fallback, exit code, RPC code and HTTP status. */
export const FAILURES: Readonly<Record<FailureType, FailureRow>> = {
  rate_limit: row('429, a limit message', 'if_last', 'next', 75, -32001, 429),
  quota: row('usage window or credits used up', 'never', 'next', 75, -32001, 429),
  overloaded: row('503, 529', 'always', 'next', 75, -32006, 503),
  connection: row('refused, reset, DNS, TLS', 'always', 'next', 75, -32006, 502),
  timeout: row('a time limit expired', 'connect', 'unless_invocation', 124, -32004, 504),
  provider_error: row('5xx, unexplained non-zero exit', 'http', 'next', 1, -32006, 502),
  authentication: row('401, 403, not logged in', 'never', 'next', 69, -32003, 401),
  tool_not_found: row('binary missing, key unset', 'never', 'next', 69, -32005, 503),
  model_not_found: row('the provider does not know the model', 'never', 'next', 69, -32005, 404),
  context_too_large: row('prompt over the window', 'never', 'larger_window', 1, -32602, 400),
  invalid_request: row(
    '400, bad flag for the tool, argument too long',
    'never',
    'other_provider',
    1,
    -32602,
    400,
  ),
  refused: row('content policy', 'never', 'never', 1, -32006, 422),
  limit_reached: row("the tool's own turn limit", 'never', 'never', 1, -32006, 422),
  invalid_response: row(
    'empty, no proper end, unparseable, over the size cap',
    'once',
    'next',
    76,
    -32007,
    502,
  ),
  contract_violation: row('answer does not satisfy `--schema`', 'contract', 'never', 76, -32007, 422),
  partial: row('failed after live text was shown', 'never', 'never', 76, -32006, 502),
  not_allowed: row('governance, trust, recursion limit', 'never', 'next', 77, -32602, 403),
  budget_exceeded: row('a hard limit', 'never', 'cheaper', 79, -32002, 402),
  not_restored: row(
    'files that a failed attempt changed could not be put back',
    'never',
    'never',
    75,
    -32006,
    409,
  ),
  conflict: row(
    'a change made in isolation meets others in the same lines; it is kept',
    'never',
    'never',
    1,
    -32006,
    409,
  ),
  not_verified: row(
    'the command that verifies a change failed, or no candidate of a race passed',
    'never',
    'never',
    1,
    -32006,
    422,
  ),
  cancelled: row('SIGINT, SIGTERM, SIGHUP, client gone', 'never', 'never', 130, -32008, 499),
  usage: row('bad flag or name', 'never', 'never', 64, -32602, 400),
  input: row('a file that cannot be read', 'never', 'never', 66, -32602, 400),
  config: row('no usable config', 'never', 'never', 78, -32602, 400),
  internal: row('a bug of ours', 'never', 'never', 70, -32603, 500),
};

function row(
  cause: string,
  retry: RetryRule,
  fallback: FallbackRule,
  exit: number,
  rpc: number,
  http: number,
): FailureRow {
  return { cause, retry, fallback, exit, rpc, http };
}

/** Exit code of a run that was cancelled by a signal: 128 + its number. */
const SIGNAL_EXIT: Partial<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The process exit code of a deciding failure. */
export function exitCodeOf(deciding: Failure): number {
  if (deciding.type === 'cancelled')
    return SIGNAL_EXIT[deciding.phase ?? 'SIGINT'] ?? FAILURES.cancelled.exit;
  return FAILURES[deciding.type].exit;
}

/** How a server answers with a failure: its JSON-RPC code and its HTTP status. */
export function answerOf({ type, ofLedger }: Failure): Pick<FailureRow, 'rpc' | 'http'> {
  return ofLedger ? FAILURES.overloaded : FAILURES[type];
}

/** Whether trying the whole invocation again later may help (exit 75). */
export function isTemporary(type: FailureType): boolean {
  return FAILURES[type].exit === 75;
}

/** The failure of a chain of which every candidate was attempted: the first temporary one, else the last. */
export function decidingFailure(failures: readonly Failure[]): Failure | null {
  return failures.find((failed) => isTemporary(failed.type)) ?? failures.at(-1) ?? null;
}

/**
 * The failure type when all candidates were rejected before any attempt: their common type; of mixed types the first of
 * temporary, over budget, not allowed, not available.
 */
export function decidingRejection(reasons: readonly FailureType[]): FailureType {
  const [first] = reasons;
  if (first === undefined) return 'tool_not_found';
  if (reasons.every((reason) => reason === first)) return first;
  for (const exit of [75, 79, 77]) {
    const found = reasons.find((reason) => FAILURES[reason].exit === exit);
    if (found !== undefined) return found;
  }
  return reasons.find((reason) => FAILURES[reason].exit === 69) ?? first;
}
