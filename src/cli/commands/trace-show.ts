import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { type Family, familyOf, nestedIn, openTraces, type TreeNode } from '../../reports/traces.js';
import type { TraceDocument } from '../../trace/document.js';
import { traceDirOf, traceOwnerOf } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { readTraces } from '../read-traces.js';
import { reportEarly } from '../report.js';
import { loadForTraces, warnDamaged } from './trace-folder.js';
import type { TraceOwner } from './trace-repeat.js';
import { story } from './trace-story.js';
import { treeScreen } from './trace-tree.js';

/** The options of `trace show`, as the argument parser gives them. */
export interface TraceShowOptions {
  tree?: boolean;
  json?: boolean;
  ndjson?: boolean;
}

/** `trace show <id>`: one invocation in detail, or with `--tree` the whole family of calls. */
export async function runTraceShow(
  context: CommandContext,
  prefix: string,
  options: TraceShowOptions,
): Promise<number> {
  const loaded = await loadForTraces(context);
  const dir = traceDirOf(context, loaded);
  const trace = await theOne(context, dir, prefix);
  if (!trace.ok) return reportEarly(context, { failure: trace.error });
  if (options.tree === true) await printFamily(context, { dir, trace: trace.value, options });
  else await printOne(context, trace.value, { ...options, dir, owner: traceOwnerOf(context, loaded) });
  return 0;
}

async function theOne(
  context: CommandContext,
  dir: string,
  prefix: string,
): Promise<Result<TraceDocument, Failure>> {
  // An unset variable of a script names no trace.
  const found = await readTraces(dir, async (store) => {
    if (prefix === '') return { traces: [], damaged: [] };
    return prefix === 'last' ? store.list({ last: 1 }) : store.find(prefix);
  });
  if (!found.ok) return found;
  const { traces, damaged } = found.value;
  await warnDamaged(context, damaged);
  const [trace, ...others] = traces;
  if (trace === undefined) {
    const hint = `\`llm-router trace\` lists the newest ones of ${dir}`;
    return err(
      failure('usage', prefix === 'last' ? 'there is no trace yet' : `no trace starts with \`${prefix}\``, {
        hint,
      }),
    );
  }
  if (others.length === 0) return ok(trace);
  const hint = `give more of the id: ${traces.map(({ id }) => id).join(', ')}`;
  return err(failure('usage', `several traces start with \`${prefix}\``, { hint }));
}

async function printOne(
  context: CommandContext,
  trace: TraceDocument,
  options: TraceShowOptions & { dir: string; owner: TraceOwner },
): Promise<void> {
  const { output, world } = context;
  if (options.json === true || options.ndjson === true) return output.json(trace);
  const paint = await output.paint('stdout');
  const nested = await nestedIn(openTraces(options.dir), trace);
  await warnDamaged(context, nested.damaged);
  const screen = { width: world.stdout.columns || WIDTH, paint };
  return output.data(`${story(trace, screen, { owner: options.owner, nested: nested.traces })}\n`);
}

/** Where the terminal does not say, and in a pipe. */
const WIDTH = 100;

async function printFamily(
  context: CommandContext,
  { dir, trace, options }: { dir: string; trace: TraceDocument; options: TraceShowOptions },
): Promise<void> {
  const { output, world } = context;
  const family = await familyOf(openTraces(dir), trace);
  await warnDamaged(context, family.damaged);
  if (options.json === true) return output.json(familyDocument(family));
  if (options.ndjson === true) return output.json(...family.roots.flatMap(membersOf));
  const paint = await output.paint('stdout');
  const width = world.stdout.columns || Number.POSITIVE_INFINITY;
  return output.data(`${treeScreen(family, { shown: trace.id, width, paint })}\n`);
}

/** Traces nested like the calls, each with what it and everything below it come to. */
function familyDocument({ roots, total }: Family) {
  return { roots: roots.map(nodeDocument), total: totalDocument(total) };
}

function nodeDocument({ trace, children, total }: TreeNode): object {
  return { trace, total: totalDocument(total), children: children.map(nodeDocument) };
}

function totalDocument({ invocations, succeeded, usd, isComplete, tokens }: Family['total']) {
  return { invocations, succeeded, usd, cost_known: isComplete, total_tokens: tokens };
}

function membersOf({ trace, children }: TreeNode): TraceDocument[] {
  return [trace, ...children.flatMap(membersOf)];
}
