import { pairName } from '../domain/plan.js';
import type { Listeners, LogRecord } from '../router/record.js';
import type { CommandContext } from './context.js';
import { shellCommand } from './shell-command.js';

/** The log of a run: JSON lines with `--log-format json`, text with `--verbose`, else none. */
export function logOf({ output, globals }: CommandContext): Pick<Listeners, 'logs'> {
  if (output.logFormat === 'json') return { logs: [(record) => output.log(record)] };
  if (globals.verbose === 0) return {};
  // Before it is quoted: a secret that was escaped twice is not recognised.
  return { logs: [(record) => output.say(logLine(output.redactor().value(record)))] };
}

/** Printed at the start of a line, or the same on every line of a run. */
const NOT_REPEATED = new Set([
  ...['ts', 'level', 'event', 'invocation_id', 'trace_id', 'parent_id', 'session', 'agent', 'source_agent'],
  ...['tool', 'model', 'attempt', 'argv', 'because'],
]);

/** One line of the log for people: the time, the event, the candidate, and every field that has a value. */
export function logLine(record: LogRecord): string {
  const { ts, event, attempt, argv, because } = record;
  const subject = [attempt === null ? '' : `attempt ${attempt}`, pairName(record)].filter(
    (part) => part !== '',
  );
  const rules = Array.isArray(because) ? because.map((one: { rule: string }) => one.rule) : [];
  const fields = Object.entries(record).flatMap(([name, value]) =>
    value === null || NOT_REPEATED.has(name) ? [] : [`${name}=${fieldText(value)}`],
  );
  if (rules.length > 0) fields.unshift(`because=${rules.join(',')}`);
  if (Array.isArray(argv)) fields.push(`argv: ${shellCommand(argv)}`);
  return [ts.slice(11, 23), event.padEnd(20), subject.join(' '), ...fields].join('  ').trimEnd();
}

/** A value of a field: bare where it is one word, else quoted. */
export function fieldText(value: unknown): string {
  const isWords = Array.isArray(value) && value.every((one) => typeof one === 'string');
  const text = isWords ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text);
}
