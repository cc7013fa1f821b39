import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readOwnFileNow } from '../../files.js';
import { bootId, pidNamespace, statOf, variableOf } from '../../process/proc.js';
import type { ProcessEntry } from '../../process/process-entry.js';
import { parseRecord, type RunRecord } from './record.js';

/**
 * The nearest run whose process tree this process belongs to, by the records of runs; `null` when there is none, or where the
 * system does not list processes as Linux does.
 */
export function ancestorRun(dir: string, ancestors: readonly ProcessEntry[]): RunRecord | null {
  const records = recordsIn(dir);
  if (records.length === 0) return null;
  const own = statOf(process.pid);
  // A tool may be a router itself, as after `exec llm-router` in a script.
  const toolOf = own && records.find(({ leader }) => leader?.pid === own.pid && leader.start === own.start);
  if (toolOf) return toolOf;
  for (const ancestor of ancestors) {
    const run = records.find((record) => startedBy(record, ancestor));
    if (run !== undefined) return run;
  }
  return null;
}

/**
 * The depth at which a run started one of the processes that led to this one, by the variables that they were started with; 0: no run did.
 * A tool cannot change those of its own process, and its descendants can only look deeper.
 */
export function ancestorDepth(ancestors: readonly ProcessEntry[]): number {
  const depths = ancestors.map(({ pid }) =>
    (variableOf(pid, 'LLM_ROUTER_PARENT_ID') ?? '') === ''
      ? 0
      : Math.max(1, Number.parseInt(variableOf(pid, 'LLM_ROUTER_DEPTH') ?? '', 10) || 1),
  );
  return Math.max(0, ...depths);
}

/** The rules of families that the processes that led to this one were started with. */
export function ancestorTexts(ancestors: readonly ProcessEntry[]): string[] {
  return ancestors.flatMap(({ pid }) => variableOf(pid, 'LLM_ROUTER_FAMILY') ?? []);
}

/** The `traceparent` that the nearest run gave to one of the processes that led to this one; MCP clients may not hand it on. */
export function ancestorTraceparent(ancestors: readonly ProcessEntry[]): string | undefined {
  const tool = ancestors.find(({ pid }) => (variableOf(pid, 'LLM_ROUTER_PARENT_ID') ?? '') !== '');
  return (tool && variableOf(tool.pid, 'TRACEPARENT')) ?? undefined;
}

/** More levels than any shell, agent and sandbox add. */
const MAX_LEVELS = 64;

/** The processes that led to this one, the parent first. */
export function ancestorsOfThis(): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  let pid = process.ppid;
  while (pid > 0 && found.length < MAX_LEVELS) {
    const entry = statOf(pid);
    if (entry === null) break;
    found.push(entry);
    pid = entry.parent;
  }
  return found;
}

function recordsIn(dir: string): RunRecord[] {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith('.json'));
    const records = names.flatMap((name) => recordOf(path.join(dir, name)) ?? []);
    return records.length === 0 ? [] : fromHere(records);
  } catch {
    return [];
  }
}

/**
 * One that is not there any more, is just being written, or belongs to another user, is no ancestor's. It may be writable by others:
 * else a tool could end being nested with `chmod`.
 */
function recordOf(file: string): RunRecord | null {
  try {
    return parseRecord(readOwnFileNow(file, { mayBeOpen: true }));
  } catch {
    return null;
  }
}

/** Numbers of processes mean the same only in one boot and namespace. */
function fromHere(records: readonly RunRecord[]): RunRecord[] {
  const [boot, namespace] = [bootId(), pidNamespace()];
  return records.filter(
    ({ router }) => router.bootId === boot && (router.pidNamespace ?? namespace) === namespace,
  );
}

/** A router may do other things than this run, so its tool counts as soon as it is known. */
function startedBy({ leader, router }: RunRecord, { pid, start }: ProcessEntry): boolean {
  if (leader !== null) return leader.pid === pid && leader.start === start;
  return router.pid === pid && router.startTicks === start;
}
