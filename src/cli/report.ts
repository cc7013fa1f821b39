import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnosticJson } from '../diagnostics/formats/json.js';
import { renderDiagnostic } from '../diagnostics/render.js';
import { type InvocationDocument, invocationDocument } from '../domain/document.js';
import { finishedDocument } from '../domain/event-document.js';
import { exitCodeOf, type Failure } from '../domain/failure.js';
import { unrunInvocation } from '../domain/invocation.js';
import { newId, newTraceId } from '../router/id.js';
import type { CommandContext } from './context.js';
import type { Output } from './output.js';

/** What stdout carries. */
export type StdoutFormat = 'text' | 'json' | 'ndjson';

/** A failure before there is an invocation, and what the user wrote wrong. */
export interface EarlyFailure {
  failure: Failure;
  diagnostics?: readonly Diagnostic[];
  sources?: ReadonlyMap<string, string>;
}

/** Prints a failure that came before any plan, as text or as the JSON document; returns the exit code. */
export async function reportEarly(
  context: CommandContext,
  early: EarlyFailure,
  format: StdoutFormat,
): Promise<number> {
  const { output } = context;
  const { failure, diagnostics = [], sources = new Map() } = early;
  const document = earlyDocument(context, failure, diagnostics);
  if (format === 'json') await output.json(document);
  else if (format === 'ndjson') {
    const more = { id: document.id, ts: document.started_at };
    await output.json(finishedDocument(document, more));
  } else if (diagnostics.length > 0) await printDiagnostics(output, 'stderr', diagnostics, sources);
  else await printFailure(output, failure);
  return exitCodeOf(failure);
}

/** All findings with their code frames, a blank line between them; on stdout where they are the result. */
export async function printDiagnostics(
  output: Output,
  stream: 'stdout' | 'stderr',
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): Promise<void> {
  const paint = await output.paint(stream);
  const frames = diagnostics.map((one) =>
    renderDiagnostic(one, sources.get(one.place?.file ?? '') ?? null, paint),
  );
  const text = frames.join('\n\n');
  await (stream === 'stdout' ? output.data(`${text}\n`) : output.error(text));
}

/** `error: message [type]`, then the hint. */
export async function printFailure(output: Output, failure: Failure): Promise<void> {
  const paint = await output.paint('stderr');
  const lines = [`${paint.error('error:')} ${failure.message} ${paint.dim(`[${failure.type}]`)}`];
  // Several ways out stand below each other.
  if (failure.hint !== null)
    lines.push(`${paint.hint('hint:')} ${failure.hint.replaceAll('\n', '\n      ')}`);
  await output.error(lines.join('\n'));
}

/** The document of `exec --json` for a run that never got a plan: same fields, and the findings. */
function earlyDocument(
  { world }: CommandContext,
  failure: Failure,
  diagnostics: readonly Diagnostic[],
): Omit<InvocationDocument, 'failure'> & { failure: object } {
  const now = world.clock.now();
  const plan = {
    agent: null,
    policy: 'default',
    access: 'read' as const,
    inputTokens: 0,
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
    failure,
  });
  const document = invocationDocument(invocation);
  return { ...document, failure: { ...document.failure, diagnostics: diagnostics.map(diagnosticJson) } };
}
