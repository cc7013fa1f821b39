import type { Bench } from './bench.js';
import type { RouterRun } from './router-run.js';

/** What came of one case: whether it is as the contract wants it, and what was seen. */
export interface Finding {
  ok: boolean;
  seen: string;
}

/** Every problem that was seen, or else the facts; empty ones are left out. */
export function finding(problems: readonly string[], facts: readonly string[]): Finding {
  const ok = problems.length === 0;
  return { ok, seen: (ok ? facts : problems).filter((part) => part !== '').join('; ') };
}

/** A problem as a list, to be spread: empty when all is well. */
export function unless(holds: boolean, problem: string): string[] {
  return holds ? [] : [problem];
}

/** Processes that outlived the run. */
export function leftovers(run: RouterRun): string[] {
  return run.leftBehind.map((commandLine) => `left running: \`${commandLine.slice(0, 60)}\``);
}

/** The exit code, the time and the failure of a run. */
export function whatFailed(run: RouterRun): string {
  const failure = run.document?.failure;
  const what =
    failure === null || failure === undefined
      ? lastLine(run.stderr)
      : `${fieldOf(failure, 'type')}: ${fieldOf(failure, 'message')}`;
  return `exit ${run.exitCode} after ${Math.round(run.tookMs / 1000)} s, ${what}`;
}

/** How often the provider was asked for an answer. */
export function requests(bench: Bench): string {
  const count = modelBodies(bench).length;
  return count === 1 ? '1 request' : `${count} requests`;
}

/** What the provider was asked for an answer, body by body. */
export function modelBodies(bench: Bench): string[] {
  return bench.provider
    .seen()
    .filter(({ kind }) => kind === 'model')
    .map(({ body }) => body);
}

/** A field of something that may be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? { ...value }[name as never] : undefined;
}

/** Options that had no place in the tool. */
export function ignoredOptions(run: RouterRun): string[] {
  const ignored = fieldOf(run.document?.plan, 'ignored');
  return Array.isArray(ignored) ? ignored.map((entry) => String(fieldOf(entry, 'option'))) : [];
}

/** The warnings of a run. */
export function warningsOf(run: RouterRun): string[] {
  const warnings = run.document?.warnings;
  return Array.isArray(warnings) ? warnings.map(String) : [];
}

/** The last line of a text. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
