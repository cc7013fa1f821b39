import type { CommandTool, EventFilter, FailureRule } from '../../config/types.js';
import {
  type Failure,
  type FailureType,
  failure,
  LIMIT_TYPES,
  type LimitType,
} from '../../domain/failure.js';
import { compilePattern } from '../../regex/pattern.js';
import type { Reading } from './output.js';
import { beginningOf, tailOf } from './text-stream.js';

/** A run that ended by itself, with its output. */
export interface EndedRun {
  tool: CommandTool;
  /** Catalogue name. */
  model: string | null;
  exitCode: number | null;
  signal: string | null;
  reading: Reading;
  /** Masks secrets. */
  redact: (text: string) => string;
}

/**
 * The failure of a run; `null` for a success: an accepted exit code, the `end` and `success` of the grammar, and an
 * answer. Otherwise the first matching failure rule decides, then the general rules. The answer is never searched.
 */
export function classifyRun(run: EndedRun): Failure | null {
  if (isSuccess(run)) return null;
  const rule = decidingRule(run);
  const general = generalRule(run);
  const failed = failureOf(run, {
    type: rule?.type ?? general.type,
    message: rule === null ? general.message : explain(run, rule),
    hint: rule?.hint ?? HINTS[rule?.type ?? general.type] ?? null,
  });
  if (rule !== null) return { ...failed, cools: rule.cools };
  return {
    ...failed,
    received: isWithoutSign(run) ? run.reading.beginning || null : failed.received,
    // Without a rule, only a provider's status makes it a bad request.
    isUnexplained: failed.type === 'invalid_request',
  };
}

/** The failure rule that matches a run; `null` for a success, and when none matches. */
export function decidingRule(run: EndedRun): FailureRule | null {
  if (isSuccess(run)) return null;
  return run.tool.failures.find((each) => holds(each, run)) ?? null;
}

/** A limit that a tool was waiting for: its message, and the matching rule. */
export interface WaitedLimit {
  type: LimitType;
  words: string;
  rule: FailureRule;
}

/** The limit that a tool was waiting for when it was ended; `null`: none. */
export function waitedLimit(run: EndedRun): WaitedLimit | null {
  const words = run.reading.waiting;
  if (words === null) return null;
  const error = { ...run.reading.error, message: words };
  const rule = run.tool.failures.find((each) => holds(each, { ...run, reading: { ...run.reading, error } }));
  const type = LIMIT_TYPES.find((limit) => limit === rule?.type);
  return rule === undefined || type === undefined ? null : { type, words, rule };
}

/** Builds a failure of this run with all known fields. */
export function failureOf(run: EndedRun, why: Pick<Failure, 'type' | 'message' | 'hint'>): Failure {
  return failure(why.type, why.message, {
    hint: why.hint,
    tool: run.tool.name,
    model: run.model,
    httpStatus: run.reading.error.status,
    exitCode: run.exitCode,
    stderrTail: stderrTail(run),
    received: why.type === 'invalid_response' ? run.reading.beginning || null : null,
  });
}

const HINTS: Partial<Record<FailureType, string>> = {
  authentication: "log in with the tool's own command, or set its key",
  model_not_found: "check the model's `id` in `models`",
};

function isSuccess(run: EndedRun): boolean {
  const { reading } = run;
  return isAcceptedExit(run) && reading.parsed && reading.sawEnd && reading.successOk && !isEmpty(run);
}

function isAcceptedExit({ tool, exitCode, signal }: EndedRun): boolean {
  return signal === null && exitCode !== null && tool.okExitCodes.includes(exitCode);
}

function isEmpty({ tool, reading }: EndedRun): boolean {
  return !tool.allowEmpty && reading.text.trim() === '';
}

function holds({ when }: FailureRule, { exitCode, signal, reading }: EndedRun): boolean {
  const { error } = reading;
  return [
    when.exitCodes === null || (exitCode !== null && when.exitCodes.includes(exitCode)),
    when.signal === null || when.signal === signal,
    when.status === null || (error.status !== null && when.status.includes(error.status)),
    when.code === null || (error.code !== null && when.code.includes(error.code)),
    when.error === null || (error.message !== null && compilePattern(when.error, 'im').test(error.message)),
    when.stderr === null || compilePattern(when.stderr, 'im').test(reading.stderr),
    when.pointer === null || reading.saw(when.pointer),
  ].every(Boolean);
}

function generalRule(run: EndedRun): { type: FailureType; message: string } {
  const { tool, reading } = run;
  const byStatus = statusType(reading.error.status);
  if (byStatus !== null) return { type: byStatus, message: explain(run) };
  if (!reading.sawEnd && reading.error.message === null) return invalid(cutOff(run));
  if (!isAcceptedExit(run)) return { type: 'provider_error', message: explain(run) };
  if (!reading.parsed)
    return invalid(`\`${tool.name}\` exited with ${run.exitCode}, and its output is not JSON`);
  if (isEmpty(run) && reading.error.message === null) {
    return invalid(`\`${tool.name}\` exited with ${run.exitCode} but gave no answer${whereLooked(run)}`);
  }
  return { type: 'provider_error', message: explain(run) };
}

/** The selectors that found nothing in an output. */
function whereLooked({ tool: { output }, reading }: EndedRun): string {
  const places = output.text.map((one) => `\`${one.kind === 'regex' ? one.regex : one.pointer}\``);
  return places.length === 0 || reading.beginning === ''
    ? ''
    : `: nothing at ${places.join(' or ')} (\`output.text\`)`;
}

function cutOff(run: EndedRun): string {
  const missed = isAcceptedExit(run) ? notMatched('end', run.tool.output.end) : '';
  return `\`${run.tool.name}\` ${howItEnded(run)} before the end of its answer${missed}${because(run)}`;
}

/** No `success`, and no sign of an error but what may be the answer: the tool may have failed, or the filter is wrong. */
function isWithoutSign(run: EndedRun): boolean {
  const { successOk, error, text } = run.reading;
  const isSilent = error.status === null && error.code === null;
  return isAcceptedExit(run) && !successOk && isSilent && (error.message ?? text) === text;
}

/** A filter of the grammar that no event matched. */
function notMatched(key: 'end' | 'success', filter: EventFilter | null): string {
  return filter === null ? '' : `, nothing matches \`${JSON.stringify(filter)}\` (\`output.${key}\`)`;
}

function invalid(message: string): { type: FailureType; message: string } {
  return { type: 'invalid_response', message };
}

function statusType(status: number | null): FailureType | null {
  if (status === null) return null;
  const known = STATUS_TYPES[status];
  return known ?? (status >= 500 && status <= 599 ? 'provider_error' : null);
}

const STATUS_TYPES: Partial<Record<number, FailureType>> = {
  400: 'invalid_request',
  401: 'authentication',
  403: 'authentication',
  404: 'model_not_found',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
};

/** The tool's message, or a line of its standard error, after how it ended. */
function explain(run: EndedRun, rule: FailureRule | null = null): string {
  const missed = rule === null && isWithoutSign(run) ? notMatched('success', run.tool.output.success) : '';
  const how = isAcceptedExit(run) ? `did not report success${missed}` : howItEnded(run);
  return `\`${run.tool.name}\` ${how}${because(run, rule)}`;
}

function howItEnded({ exitCode, signal }: EndedRun): string {
  return signal !== null ? `was ended by ${signal}` : `exited with ${exitCode}`;
}

function because(run: EndedRun, rule: FailureRule | null = null): string {
  const words = quoted(run, run.reading.error.message ?? tellingLine(run, rule), 500);
  return words === '' ? '' : `: ${words}`;
}

/** Words of a tool on one line, without secrets, at most this many characters. */
export function quoted({ redact }: EndedRun, words: string, chars: number): string {
  return beginningOf(redact(words).replace(/\s+/g, ' ').trim(), chars);
}

/** So much of standard error is searched for secrets that its end may have, characters. */
const SEARCHED = 256 * 1024;

/** The end of standard error without secrets; `null`: there is none. */
function stderrTail(run: EndedRun): string | null {
  return tailOf(safeStderr(run), { lines: 20, bytes: 4096 }) || null;
}

/** A secret may go over several lines. */
function safeStderr({ reading, redact }: EndedRun): string {
  return redact(reading.stderr.slice(-SEARCHED));
}

/**
 * The line of standard error that a rule matched, else the last one that calls itself an error, else the last one: some tools print hints,
 * a stack or their whole help after it.
 */
function tellingLine(run: EndedRun, rule: FailureRule | null): string {
  const lines = (text: string) => text.trim().split('\n');
  const regex = rule === null || rule.when.stderr === null ? null : compilePattern(rule.when.stderr, 'im');
  const known = regex === null ? undefined : lines(run.reading.stderr).find((line) => regex.test(line));
  const last = lines(safeStderr(run));
  return known ?? last.findLast((line) => CALLED_ERROR.test(line)) ?? last.at(-1) ?? '';
}

/** `error: …`, `TypeError: …`, `Error [CODE]: …` */
const CALLED_ERROR = /^(fatal )?\w*error( \[\w+\])?: \S/i;
