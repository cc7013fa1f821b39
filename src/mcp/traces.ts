import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import { familyOf, openTraces, ownTotal, type TreeNode } from '../reports/traces.js';
import type { TraceDocument } from '../trace/document.js';
import { failureText } from './result.js';
import type { ToolAnswer } from './tool.js';

/** The newest traces, without those that cannot be read. */
export async function newestTraces(dir: string, last: number): Promise<Result<TraceDocument[], Failure>> {
  const found = await read(() => openTraces(dir).list({ last }));
  return found.ok ? ok(found.value.traces) : found;
}

/** The trace of an id, or of the beginning of one. */
export async function traceOf(dir: string, id: string): Promise<Result<TraceDocument, Failure>> {
  const found = await read(() => openTraces(dir).find(id));
  if (!found.ok) return found;
  const [trace, ...others] = found.value.traces;
  if (trace === undefined)
    return err(
      failure('usage', `there is no trace \`${id}\``, { hint: 'give the `id` that `ask` returned' }),
    );
  if (others.length === 0) return ok(trace);
  return err(
    failure('usage', `\`${id}\` is the beginning of several traces`, { hint: 'give more of the id' }),
  );
}

async function read<T>(work: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await work());
  } catch (error) {
    return err(failure('input', `the traces cannot be read: ${reasonOf(error)}`));
  }
}

/** One run in short: what was tried, what it cost, and what it started. */
export async function traceAnswer(dir: string, trace: TraceDocument): Promise<ToolAnswer> {
  const family = await familyOf(openTraces(dir), trace);
  const children = nodeOf(family.roots, trace.id)?.children ?? [];
  const { id, status, agent, tool, model, started_at, plan } = trace;
  const attempts = trace.attempts.map((one) => ({
    tool: one.tool,
    model: one.model,
    status: one.status,
    failure: one.failure,
  }));
  const rejected = plan.rejected.map(({ tool, model, reason, detail }) => ({ tool, model, reason, detail }));
  const seconds = trace.latency_ms === null ? null : trace.latency_ms / 1000;
  const own = { id, status, agent, tool, model, started_at, seconds, cost_usd: ownTotal(trace).usd };
  const data = {
    ...own,
    attempts,
    rejected,
    children: children.map(({ trace }) => trace.id),
    failure: trace.failure,
  };
  const lines = [
    `Run ${id}: ${status}, agent ${agent ?? '(none)'}, started ${started_at}${seconds === null ? '' : `, ${seconds} s`}`,
    ...attempts.map(
      (one, index) =>
        `${index + 1}. ${one.tool} ${one.model ?? ''}: ${one.status}${one.failure === null ? '' : ` (${one.failure.message})`}`,
    ),
    ...rejected.map((one) => `left out: ${one.tool ?? ''} ${one.model ?? ''}: ${one.detail}`),
    ...(trace.failure === null ? [] : [failureText(trace.failure)]),
  ];
  return { texts: [lines.join('\n')], data };
}

function nodeOf(nodes: readonly TreeNode[], id: string): TreeNode | null {
  for (const node of nodes) {
    const found = node.trace.id === id ? node : nodeOf(node.children, id);
    if (found !== null) return found;
  }
  return null;
}
