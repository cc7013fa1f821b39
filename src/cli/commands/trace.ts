import { formatDuration } from '../../domain/duration.js';
import { exitCodeOf, failure } from '../../domain/failure.js';
import { openTraces } from '../../router/traces.js';
import type { TraceDocument } from '../../trace/document.js';
import { loadCommandConfig, traceDirOf } from '../config.js';
import type { CommandContext } from '../context.js';
import { pairName } from '../plan-screen.js';
import { reportEarly } from '../report.js';
import { renderTable } from '../table.js';

/** `trace`: the newest invocations, one a line. */
export async function runTraceList(
  context: CommandContext,
  options: { last: number; json?: boolean },
): Promise<number> {
  const dir = traceDirOf(context, await loadCommandConfig(context));
  const { traces, damaged } = await openTraces(dir).list({ last: options.last });
  await warnDamaged(context, damaged);
  if (options.json === true) {
    await context.output.data(`${JSON.stringify(traces)}\n`);
    return 0;
  }
  if (traces.length === 0) {
    await context.output.say(`no traces in ${dir}`);
    return 0;
  }
  const width = context.world.stdout.columns || Number.POSITIVE_INFINITY;
  await context.output.data(`${renderTable(COLUMNS, traces.map(rowOf), width)}\n`);
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'STARTED' },
  { title: 'AGENT' },
  { title: 'TOOL' },
  { title: 'MODEL' },
  { title: 'STATUS' },
  { title: 'TRIES', align: 'right' as const },
  { title: 'TOKENS', align: 'right' as const },
  { title: 'COST', align: 'right' as const },
  { title: 'TIME', align: 'right' as const },
];

function rowOf(trace: TraceDocument): string[] {
  return [
    trace.id,
    trace.started_at.slice(0, 19).replace('T', ' '),
    trace.agent ?? '-',
    trace.tool ?? '-',
    trace.model ?? '-',
    trace.failure === null ? trace.status : `${trace.status} (${trace.failure.type})`,
    String(trace.attempts.length),
    trace.usage === null ? '?' : String(trace.usage.total_tokens),
    costText(trace.cost),
    formatDuration(trace.latency_ms),
  ];
}

/** An unknown cost is a question mark, never a zero. */
function costText(cost: TraceDocument['cost']): string {
  if (cost === null || cost.usd === null) return '?';
  const amount = `$${cost.usd.toFixed(4)}`;
  return cost.basis === 'unknown' && cost.billing === 'api' ? `${amount}+?` : amount;
}

/** `trace show <id>`: one invocation as a story. */
export async function runTraceShow(
  context: CommandContext,
  prefix: string,
  options: { json?: boolean },
): Promise<number> {
  const dir = traceDirOf(context, await loadCommandConfig(context));
  const { traces, damaged } = await openTraces(dir).find(prefix);
  await warnDamaged(context, damaged);
  const [trace, ...others] = traces;
  if (trace === undefined) {
    const missing = failure('usage', `no trace starts with \`${prefix}\``, {
      hint: '`llm-router trace` lists the newest ones',
    });
    return reportEarly(context, { failure: missing }, options.json === true ? 'json' : 'text');
  }
  if (others.length > 0) {
    const ids = traces.map(({ id }) => id).join(', ');
    const ambiguous = failure('usage', `several traces start with \`${prefix}\``, {
      hint: `give more of the id: ${ids}`,
    });
    return reportEarly(context, { failure: ambiguous }, options.json === true ? 'json' : 'text');
  }
  await context.output.data(options.json === true ? `${JSON.stringify(trace)}\n` : `${story(trace)}\n`);
  return 0;
}

async function warnDamaged({ output }: CommandContext, files: readonly string[]): Promise<void> {
  for (const file of files) await output.warn(`${file} is not a readable trace and was skipped`);
}

function story(trace: TraceDocument): string {
  const tokens = trace.usage === null ? 'tokens not reported' : `${trace.usage.total_tokens} tokens`;
  const lines = [
    `${trace.id}  ${trace.status}  ${trace.started_at}`,
    `agent ${trace.agent ?? '-'}, ${pairName(trace) || 'nothing ran'}, ${formatDuration(trace.latency_ms)}, ${tokens}, ${costText(trace.cost)}${basisText(trace)}`,
    `prompt ${trace.request.prompt_chars} characters, sha256 ${trace.request.prompt_sha256.slice(0, 12)}…`,
    `in ${trace.request.cwd}`,
    '',
    'Plan',
    ...trace.plan.candidates.flatMap((candidate, index) => [
      `  ${index + 1}. ${pairName(candidate)}`,
      ...candidate.because.map(
        ({ rule, detail, at }) => `     ${rule}: ${detail}${at === null ? '' : `  (${at})`}`,
      ),
    ]),
    ...trace.plan.rejected.map(
      (rejected) => `  rejected ${pairName(rejected)}: ${rejected.reason}: ${rejected.detail}`,
    ),
    '',
    'Attempts',
    ...(trace.attempts.length === 0 ? ['  none'] : trace.attempts.flatMap(attemptLines)),
    ...trace.warnings.map((warning) => `warning: ${warning}`),
  ];
  if (trace.failure !== null)
    lines.push(
      '',
      `failed: ${trace.failure.message} [${trace.failure.type}], exit ${exitCodeOf(asFailure(trace))}`,
    );
  return lines.join('\n');
}

function basisText({ cost }: TraceDocument): string {
  return cost === null ? '' : ` (${cost.basis}, ${cost.billing})`;
}

function attemptLines(attempt: TraceDocument['attempts'][number]): string[] {
  const first =
    attempt.first_output_ms === null ? '' : `, first output after ${formatDuration(attempt.first_output_ms)}`;
  const exit = attempt.exit_code === null ? '' : `, exit ${attempt.exit_code}`;
  const lines = [
    `  ${attempt.n}. ${pairName(attempt)}  ${attempt.status}  ${formatDuration(attempt.latency_ms)}${first}${exit}`,
  ];
  if (attempt.failure !== null) lines.push(`     ${attempt.failure.type}: ${attempt.failure.message}`);
  return lines;
}

function asFailure({ failure: recorded }: TraceDocument) {
  return failure(recorded?.type ?? 'internal', recorded?.message ?? '', { phase: recorded?.phase ?? null });
}
