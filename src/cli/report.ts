import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnosticJson } from '../diagnostics/formats/json.js';
import { visible } from '../diagnostics/visible.js';
import { type InvocationDocument, invocationDocument } from '../domain/document.js';
import { finishedDocument } from '../domain/event-document.js';
import { exitCodeOf, type Failure, failure } from '../domain/failure.js';
import { newId, newTraceId } from '../domain/id.js';
import { unrunInvocation } from '../domain/invocation.js';
import { reasonOf } from '../files.js';
import type { CommandContext } from './context.js';
import type { Output } from './output.js';

/** What a report needs of its command. */
export type Reporting = Pick<CommandContext, 'output' | 'world'>;

/** A failure before there is an invocation, with its findings. */
export interface EarlyFailure {
  failure: Failure;
  diagnostics?: readonly Diagnostic[];
  sources?: ReadonlyMap<string, string>;
}

/**
 * Prints a failure that came before any plan, and where stdout carries JSON also its document; returns the exit code.
 */
export async function reportEarly(context: Reporting, early: EarlyFailure): Promise<number> {
  const { output } = context;
  const { failure, diagnostics = [], sources = new Map() } = early;
  if (output.format !== 'text') await printEarlyDocument(context, early);
  if (output.format === 'text' && diagnostics.length > 0)
    await printDiagnostics(output, 'stderr', diagnostics, sources);
  else await printFailure(output, failure);
  return exitCodeOf(failure);
}

/** Prints an error that was thrown: a bug of ours, with its stack. */
export async function reportBug(context: Reporting, error: unknown): Promise<number> {
  const bug = failure('internal', `this is a bug of llm-router: ${reasonOf(error)}`, {
    hint: 'please report it with the command you ran',
  });
  const code = await reportEarly(context, { failure: bug });
  if (error instanceof Error && error.stack !== undefined) await context.output.error(error.stack);
  return code;
}

async function printEarlyDocument(context: Reporting, early: EarlyFailure): Promise<void> {
  const { output } = context;
  const document = earlyDocument(context, early.failure, early.diagnostics ?? []);
  const more = { id: document.id, ts: document.started_at };
  await output.json(output.format === 'ndjson' ? finishedDocument(document, more) : document);
}

/** All findings with their code frames, a blank line between them; on stdout where they are the result. */
export async function printDiagnostics(
  output: Output,
  stream: 'stdout' | 'stderr',
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): Promise<void> {
  // Not loaded before there is a finding: measuring widths costs every start otherwise.
  const { renderDiagnostic } = await import('../diagnostics/render.js');
  const paint = await output.paint(stream);
  const frames = diagnostics
    .slice(0, MAX_FINDINGS)
    .map((one) => renderDiagnostic(one, sources.get(one.place?.file ?? '') ?? null, paint));
  const rest = diagnostics.length - frames.length;
  const text = (rest > 0 ? [...frames, `and ${rest} more`] : frames).join('\n\n');
  await (stream === 'stdout' ? output.prose(`${text}\n`) : output.error(text));
}

/** More are not read, and each takes a while; `config validate --format json` has them all. */
const MAX_FINDINGS = 100;

/** Beside a document on stdout, which holds all of it. */
const MAX_LINES = 12;

/** `error: message [type]`, then the hint; shortened where the document on stdout holds it too. */
export async function printFailure(output: Output, failure: Failure): Promise<void> {
  const paint = await output.paint('stderr');
  const head = `${paint.error('error:')} ${failure.message} ${paint.dim(`[${failure.type}]`)}`;
  // Several ways out stand below each other.
  const hint = failure.hint?.replaceAll('\n', '\n      ');
  const received =
    failure.received === null ? [] : [`${paint.dim('received:')} ${visible(failure.received)}`];
  const lines = [head, ...received, ...(hint === undefined ? [] : [`${paint.hint('hint:')} ${hint}`])]
    .join('\n')
    .split('\n');
  const isLong = output.format !== 'text' && lines.length > MAX_LINES;
  await output.error((isLong ? [...lines.slice(0, MAX_LINES - 1), '…'] : lines).join('\n'));
}

/** The document of `exec --json` for a run that never got a plan: same fields, and the findings. */
function earlyDocument(
  { world }: Reporting,
  failure: Failure,
  diagnostics: readonly Diagnostic[],
): Omit<InvocationDocument, 'failure'> & { failure: object } {
  const now = world.clock.now();
  const plan = {
    agent: null,
    policy: 'default',
    access: 'read' as const,
    inputTokens: 0,
    mostInputTokens: 0,
    candidates: [],
    rejected: [],
    ignored: [],
    warnings: [],
  };
  const invocation = unrunInvocation({
    id: newId(now, world.random),
    traceId: newTraceId(world.random),
    startedAt: new Date(now).toISOString(),
    plan,
    parentId: null,
    session: null,
    sourceAgent: null,
    failure,
  });
  const document = invocationDocument(invocation);
  return { ...document, failure: { ...document.failure, diagnostics: diagnostics.map(diagnosticJson) } };
}
