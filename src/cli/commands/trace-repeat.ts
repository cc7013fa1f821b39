import { exactDuration } from '../../domain/duration.js';
import type { TraceDocument } from '../../trace/document.js';
import { shellCommand } from '../shell-command.js';

/** A command line that repeats a run, and the parts to fill in by hand. */
export interface Repetition {
  command: string;
  notes: string[];
}

/** Whose folder a trace is in: anyone can write into that of a project who can change the project. */
export type TraceOwner = 'user' | 'project';

/**
 * How to repeat an invocation. Texts that a trace does not hold stand as files to fill in. The config that a trace of a project names is no
 * part of the command: one that is named needs no trust.
 */
export function repetition(
  { agent, session, request, resumed_from, race }: TraceDocument,
  owner: TraceOwner,
): Repetition {
  // Traces of earlier versions do not tell whether a run was isolated.
  const { origin, isolation = null } = request;
  const cwd = isolation?.cwd ?? request.cwd;
  const configs = origin.config.map((file): [string, string] => ['--config', file]);
  const unread = owner === 'user' ? [] : configs.map(([, file]) => configNote(file));
  const options: [flag: string, value: string | number | null][] = [
    ...(owner === 'user' ? configs : []),
    ['--agent', agent],
    ['--task', request.task],
    ['--tier', request.tier],
    ['--complexity', request.complexity],
    ['--tool', request.tool],
    ['--model', request.model],
    ['--policy', request.policy],
    ['--access', request.access],
    ['--effort', request.effort],
    ['--max-tokens', request.max_tokens],
    ['--temperature', request.temperature],
    ['--max-cost', request.max_cost_usd],
    ['--timeout', request.timeout_ms === null ? null : exactDuration(request.timeout_ms)],
    ['--retries', request.retries],
    ['--patience', request.patience_ms === 0 ? null : exactDuration(request.patience_ms)],
    ['--resume', resumed_from],
    ['--cwd', cwd === origin.cwd ? null : cwd],
    ['--session', session],
    ['--source-agent', request.source_agent],
    ...Object.entries(request.tags).map(([key, value]): [string, string] => ['--tag', `${key}=${value}`]),
    ['--prompt-file', promptFile(request)],
  ];
  const words = options.flatMap(([flag, value]) => (value === null ? [] : [flag, String(value)]));
  const fallback = request.fallback === null ? [] : [request.fallback ? '--fallback' : '--no-fallback'];
  const isolated = isolation === null ? [] : [isolation.keeps_branch ? '--keep' : '--isolate'];
  const command = race === undefined ? ['exec'] : ['race', ...raceWords(race)];
  const line = shellCommand(['llm-router', ...command, ...words, ...isolated, ...fallback]);
  return {
    command: `${shellCommand(['cd', origin.cwd])} && ${line}`,
    notes: [...unread, ...notesOf(request)],
  };
}

function raceWords(race: NonNullable<TraceDocument['race']>): string[] {
  const { candidates, verify, verify_timeout_ms: limit = null, mode, parallel } = race;
  const pairs = candidates.map(({ tool, model }) => [tool, model].filter((name) => name !== null).join(':'));
  return [
    ...['--candidates', pairs.join(',')],
    ...(verify === null ? [] : ['--verify', verify]),
    ...(limit === null ? [] : ['--verify-timeout', `${limit}ms`]),
    ...(mode === 'cascade' ? ['--cascade'] : ['--parallel', String(parallel)]),
  ];
}

function configNote(file: string): string {
  return `the trace names another config: read it, then add --config to use it: ${shellCommand([file])}`;
}

const FILE = 'prompt.txt';

function promptFile({ prompt_file }: TraceDocument['request']): string {
  return prompt_file ?? FILE;
}

function notesOf(request: TraceDocument['request']): string[] {
  const notes = [];
  const raceId = request.isolation?.race_id ?? null;
  if (raceId !== null)
    notes.push(
      `it was a candidate of a race: \`llm-router trace show ${raceId}\` says how to repeat that; alone, its change is put onto your files unverified`,
    );
  if (request.prompt_file === null) {
    const where = request.prompt === null ? 'it is not kept' : 'see `trace show --json`';
    notes.push(`put the prompt into ${FILE} (${where}; sha256 ${request.prompt_sha256.slice(0, 12)}…)`);
  }
  if (request.system_sha256 !== null) notes.push('a system prompt was given too: add `--system-file`');
  if (request.schema_sha256 !== null) notes.push('the answer had a schema: add `--schema`');
  return notes;
}
