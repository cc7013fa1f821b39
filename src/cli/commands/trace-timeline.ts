import type { Paint } from '../../diagnostics/paint.js';
import { visible } from '../../diagnostics/visible.js';
import { cut, padded, widthOf } from '../../diagnostics/width.js';
import { formatDuration } from '../../domain/duration.js';
import { pairName } from '../../domain/plan.js';
import { costOf } from '../../reports/traces.js';
import type { TraceDocument } from '../../trace/document.js';
import { plural } from '../words.js';
import { paintStatus, statusText, totalText } from './trace-words.js';

type Attempt = TraceDocument['attempts'][number];

const BAR = { least: 10, most: 40 };
const NAME = 26;
const TIME = 8;
/** Room after the bar: time and outcome. */
const BEHIND = 30;

/** Attempts as bars on one scale, light until the first output, and between them what happened. */
export function timeline(trace: TraceDocument, { width, paint }: { width: number; paint: Paint }): string[] {
  const startMs = Date.parse(trace.started_at);
  const names = trace.attempts.map((attempt) => `${attempt.n}. ${pairName(attempt)}`);
  const name = Math.min(NAME, Math.max(0, ...names.map(widthOf)));
  const bar = Math.min(BAR.most, Math.max(BAR.least, width - name - TIME - BEHIND - 8));
  const scale = { startMs, totalMs: Math.max(1, lengthMs(trace, startMs)), cells: bar };
  const events = trace.events.map((event) => ({
    at: textOf(event, 'ts'),
    line: paint.dim(cut(visible(eventLine(event, { startMs, name })), width)),
  }));
  const attempts = trace.attempts.map((attempt, index) => {
    const head = `  ${padded(cut(names[index] ?? '', name), name)}  ${barOf(attempt, scale)}`;
    const took = attempt.latency_ms === null ? '?' : formatDuration(attempt.latency_ms);
    const ended = visible(outcome(attempt));
    const line = cut(visible(`${head}  ${took.padStart(TIME)}  ${ended}`), width);
    const isWhole = line.endsWith(ended);
    const shown = isWhole ? line.slice(0, -ended.length) + paintStatus(ended, attempt.status, paint) : line;
    return { at: attempt.started_at, line: shown };
  });
  // In the same millisecond an attempt follows from the event.
  const happened = [...events, ...attempts];
  const lines = happened.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ line }) => line);
  if (lines.length === 0) return ['  no attempt was started'];
  return [...lines, `  ${' '.repeat(name)}  0${formatDuration(scale.totalMs).padStart(bar - 1)}`];
}

function lengthMs({ latency_ms, attempts }: TraceDocument, startMs: number): number {
  const ends = attempts.map(({ started_at, latency_ms: ms }) => Date.parse(started_at) - startMs + (ms ?? 0));
  return Math.max(latency_ms ?? 0, ...ends);
}

function barOf(attempt: Attempt, scale: { startMs: number; totalMs: number; cells: number }): string {
  const cellOf = (ms: number) => Math.round((Math.min(ms, scale.totalMs) / scale.totalMs) * scale.cells);
  const from = Math.max(0, Date.parse(attempt.started_at) - scale.startMs);
  const to = attempt.latency_ms === null ? scale.totalMs : from + attempt.latency_ms;
  const first = from + (attempt.first_output_ms ?? to - from);
  const start = Math.min(cellOf(from), scale.cells - 1);
  const end = Math.max(start + 1, cellOf(to));
  const output = Math.min(Math.max(start, cellOf(first)), end);
  const quiet = '░'.repeat(output - start);
  return `${' '.repeat(start)}${quiet}${'█'.repeat(end - output)}`.padEnd(scale.cells);
}

function outcome(attempt: Attempt): string {
  if (attempt.status === 'running') return 'still running when the trace was written';
  if (attempt.failure !== null) return statusText({ status: 'failed', failure: attempt.failure });
  return `succeeded, ${totalText(costOf(attempt))}${callsText(attempt)}`;
}

/** Traces of earlier versions know of no calls. */
function callsText({ calls }: Attempt): string {
  const count = calls?.length ?? 0;
  return count === 0 ? '' : `, ${plural(count, 'call')}`;
}

/** Events are as `--format ndjson` writes them; an unknown one is shown by its fields. */
function eventLine(event: object, { startMs, name }: { startMs: number; name: number }): string {
  const after = formatDuration(Math.max(0, Date.parse(textOf(event, 'ts')) - startMs));
  return `  ${`+${after}`.padEnd(name)}  ${eventText(event)}`;
}

function eventText(event: object): string {
  const { type, ts: _ts, attempt: _attempt, ...fields } = event as Record<string, unknown>;
  const { from: _from, to, reason, ...others } = fields;
  // What matters comes first, since a narrow terminal cuts the end off; where it came from is in the line above.
  if (type === 'fallback' && isPair(to))
    return `fallback to ${pairName(to)} after ${plain(reason)}${rest(others)}`;
  return `${String(type)}: ${shownFields(fields).join(', ')}`;
}

function rest(fields: object): string {
  return shownFields(fields)
    .map((field) => `, ${field}`)
    .join('');
}

function isPair(value: unknown): value is { tool: string | null; model: string | null } {
  return typeof value === 'object' && value !== null && 'tool' in value && 'model' in value;
}

function shownFields(fields: object): string[] {
  return Object.entries(fields).map(([key, value]) => {
    if (isPair(value)) return `${key} ${pairName(value)}`;
    return `${key} ${key.endsWith('_ms') && typeof value === 'number' ? formatDuration(value) : plain(value)}`;
  });
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textOf(event: object, key: string): string {
  return String((event as Record<string, unknown>)[key] ?? '');
}
