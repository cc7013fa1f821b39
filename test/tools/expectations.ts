import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { toUsd } from '../../src/domain/cost.js';
import { usageDocument } from '../../src/domain/document.js';
import type { Usage } from '../../src/domain/usage.js';
import type { Replayed } from './replay.js';

const CAPTURES = 'test/fixtures/captures';

/** One run of a real program. */
export interface Capture {
  stdout: string;
  stderr: string;
  exit_code: number | null;
  signal: string | null;
}

/** The expected result; written by hand. */
export interface Expectation {
  format: string;
  outcome?: 'success' | 'failure';
  text: string;
  usage: object | null;
  run_usage?: object;
  cost_usd: number | null;
  run_cost_usd?: number;
  tool_session_id: string | null;
  response_model: string | null;
  finish_reason: string;
  failure: {
    type: string;
    http_status?: number | null;
    message_contains?: string | null;
    stderr_contains?: string;
    retry_after_ms?: number;
  } | null;
  deltas?: string[];
  /** The live text that was not superseded. */
  shown?: string;
  activity?: string[];
  changed_files?: string[];
  /** Words of its only warning. */
  warning?: string;
  data?: unknown;
  /** Other acceptable values, by field. */
  accept?: Record<string, unknown[]>;
}

export interface Case {
  name: string;
  capture: Capture;
  expected: Expectation;
}

/** Every recorded case of a program, with its expectation. */
export function casesOf(program: string): Case[] {
  const expected = readJson<Record<string, Expectation>>(join(CAPTURES, `${program}.expected.json`));
  return Object.entries(expected).map(([name, expectation]) => ({
    name,
    capture: readJson<Capture>(join(CAPTURES, program, `${name}.json`)),
    expected: expectation,
  }));
}

/** Names of the recordings themselves. */
export function recordingsOf(program: string): string[] {
  return readdirSync(join(CAPTURES, program)).map((file) => file.replace(/\.json$/, ''));
}

/** Differences of a replay from its expectation and from all other acceptable values. */
export function differences({ capture, expected }: Case, replayed: Replayed): string[] {
  const [seen, wanted] = [fieldsOf(replayed), wantedOf(capture, expected, replayed)];
  const accept = expected.accept ?? {};
  const wrong = Object.entries(wanted).filter(
    ([field, value]) => ![value, ...(accept[field] ?? [])].some((right) => isSame(right, seen[field])),
  );
  return [
    ...wrong.map(([field, value]) => `${field} is ${said(seen[field])}, expected ${said(value)}`),
    ...missingWords(expected, replayed),
  ];
}

function wantedOf(
  capture: Capture,
  { failure, ...expected }: Expectation,
  { outcome }: Replayed,
): Record<string, unknown> {
  const isOtherwiseRight = expected.accept?.outcome?.includes('failure') === true && outcome.failure !== null;
  return {
    outcome: expected.outcome,
    text: expected.text,
    usage: expected.usage,
    cost_usd: expected.cost_usd,
    tool_session_id: expected.tool_session_id,
    response_model: expected.response_model,
    finish_reason: isOtherwiseRight ? 'error' : expected.finish_reason,
    exit_code: capture.exit_code,
    'failure.type': failure?.type ?? null,
    'failure.http_status': failure?.http_status ?? null,
    'failure.retry_after_ms': failure?.retry_after_ms ?? null,
    ...stated(expected, ['deltas', 'shown', 'activity', 'changed_files']),
    data: expected.data ?? null,
  };
}

function stated(expected: object, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(expected).filter(([field]) => fields.includes(field)));
}

function fieldsOf({ outcome, deltas, events }: Replayed): Record<string, unknown> {
  const { failure, usage, reportedCostMicroUsd: cost } = outcome;
  return {
    outcome: failure === null ? 'success' : 'failure',
    text: outcome.text,
    usage: tokensOf(usage),
    cost_usd: cost === null ? null : toUsd(cost),
    tool_session_id: outcome.toolSessionId,
    response_model: outcome.responseModel,
    finish_reason: outcome.finishReason,
    exit_code: outcome.exitCode,
    'failure.type': failure?.type ?? null,
    'failure.http_status': failure?.httpStatus ?? null,
    'failure.retry_after_ms': failure?.retryAfterMs ?? null,
    deltas,
    shown: shownAtEnd(events),
    activity: workIn(events, false),
    changed_files: workIn(events, true),
    data: outcome.data,
  };
}

function shownAtEnd(events: Replayed['events']): string {
  const from = events.map(({ type }) => type).lastIndexOf('restart') + 1;
  return events
    .slice(from)
    .map((event) => (event.type === 'delta' ? event.text : ''))
    .join('');
}

function workIn(events: Replayed['events'], changedFile: boolean): string[] {
  return events.flatMap((event) =>
    event.type === 'activity' && event.changedFile === changedFile ? [event.name] : [],
  );
}

/** The token counts of a usage under the names of the output. */
export function tokensOf(usage: Usage | null): object | null {
  const document = usageDocument(usage);
  if (document === null) return null;
  const { total_tokens: _sum, ...tokens } = document;
  return tokens;
}

function missingWords({ failure: wanted, warning = '' }: Expectation, { outcome }: Replayed): string[] {
  const { message = '', stderrTail = null } = outcome.failure ?? {};
  const parts: [where: string, text: string, part: string][] = [
    ['message', message, wanted?.message_contains ?? ''],
    ['warnings', outcome.warnings.join('\n'), warning],
    ['message and stderr', `${message}\n${stderrTail}`, wanted?.stderr_contains ?? ''],
  ];
  return parts
    .filter(([, text, part]) => !text.includes(part))
    .map(([where, text, part]) => `${where} is ${said(text)}, expected it to hold ${said(part)}`);
}

/** Costs are kept in millionths of a dollar. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) < 1e-6;
  // Of one `Object`: what the tests make has another one than what the sources make.
  return isDeepStrictEqual(structuredClone(one), structuredClone(other));
}

function said(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
