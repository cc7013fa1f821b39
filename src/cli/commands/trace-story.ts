import type { Paint } from '../../diagnostics/paint.js';
import type { Recovery } from '../../domain/changes.js';
import { formatDuration } from '../../domain/duration.js';
import { exitCodeOf, failure } from '../../domain/failure.js';
import { pairName } from '../../domain/plan.js';
import type { TraceDocument } from '../../trace/document.js';
import { raceTable } from '../race-table.js';
import { shellCommand } from '../shell-command.js';
import { renderTable } from '../table.js';
import { countText, plural } from '../words.js';
import { labelled, wrapped } from '../wrap.js';
import { nestedLines } from './trace-nested.js';
import { repetition, type TraceOwner } from './trace-repeat.js';
import { timeline } from './trace-timeline.js';
import { costText, paintStatus, statusText } from './trace-words.js';

/** How a trace is shown. */
export interface Screen {
  /** Cells of a line. */
  width: number;
  paint: Paint;
}

type Attempt = TraceDocument['attempts'][number];

/** One invocation in detail: outcome, reasons for the tool, timeline, failures, the runs nested in it, and how to repeat it. */
export function story(
  trace: TraceDocument,
  screen: Screen,
  { owner = 'user', nested = [] }: { owner?: TraceOwner; nested?: readonly TraceDocument[] } = {},
): string {
  const { paint } = screen;
  const sections: [title: string, lines: string[]][] = [
    ['Why', whyLines(trace, screen)],
    ['Candidates', candidateLines(trace, screen)],
    ['Timeline', trace.race === undefined ? timeline(trace, screen) : []],
    ['Ran', trace.attempts.flatMap((attempt) => attemptLines(attempt, screen))],
    ['Nested', trace.race === undefined ? nestedLines(trace, nested, screen) : []],
    ['Changed', trace.attempts.flatMap((attempt) => changedLines(attempt, trace.id, screen))],
    ['Repeat', repeatLines(trace, screen, owner)],
  ];
  const shown = sections.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : ['', paint.bold(title), ...lines],
  );
  return [...headLines(trace, screen), ...shown].join('\n');
}

/** The candidates of a race, and what decided it. */
function candidateLines({ race }: TraceDocument, { width, paint }: Screen): string[] {
  if (race === undefined) return [];
  const { columns, rows } = raceTable(race.candidates, { paint });
  const table = renderTable(columns, rows, width - 2).split('\n');
  const reasons = race.candidates.flatMap(({ tool, model, failure: failed }) =>
    failed === null
      ? []
      : labelled('', `${pairName({ tool, model })}: ${failed.message}`, { indent: 2, width }),
  );
  const judged = race.verify === null ? 'a person' : race.verify;
  const cap = race.cap_usd === null ? '' : `, at most $${race.cap_usd} together`;
  const became = race.applied === null ? '' : `, change ${race.applied.replace('_', ' ')}`;
  return [...table.map((line) => `  ${line}`), ...reasons, `  judged by: ${judged}${cap}${became}`];
}

const LABEL = 11;

function headLines(trace: TraceDocument, { width, paint }: Screen): string[] {
  const { id, failure: failed, warnings } = trace;
  const took = trace.latency_ms === null ? '' : ` in ${formatDuration(trace.latency_ms)}`;
  const head = `${paint.bold(id)}  ${paintStatus(statusText(trace), trace.status, paint)}${took}`;
  const facts: [label: string, text: string | null][] = [
    ['started', `${trace.started_at.slice(0, 19).replace('T', ' ')} UTC`],
    ['agent', `${trace.agent ?? '-'} (policy ${trace.plan.policy}, access ${trace.plan.access})`],
    ['answered', trace.status === 'succeeded' ? answerText(trace) : null],
    ['cost', `${costText(trace)}${basisText(trace)}, ${tokensText(trace)}`],
    ['prompt', promptText(trace)],
    ['session', trace.session],
    ['called by', trace.parent_id],
    ['trace', trace.trace_id],
    ['in', placeText(trace)],
    ['failed', failed === null ? null : `${failed.message} [${failed.type}], exit ${exitCode(failed)}`],
    ['hint', failed?.hint ?? null],
    [
      'interrupted',
      trace.status === 'interrupted' ? 'the router was killed; its tool may have kept running' : null,
    ],
    ...warnings.map((warning): [string, string] => ['warning', warning]),
  ];
  const lines = facts.flatMap(([label, text]) =>
    text === null ? [] : labelled(`  ${label}`, text, { indent: LABEL + 2, width }),
  );
  return [head, ...lines];
}

function placeText({ request }: TraceDocument): string {
  const { cwd, isolation = null } = request;
  return isolation === null ? cwd : `${isolation.cwd}, in a work tree of its own`;
}

function answerText({ tool, model, response_model: real, text_chars: chars }: TraceDocument): string {
  const asked = pairName({ tool, model });
  const served = real === null || real === model ? '' : `, served by ${real}`;
  return `${asked}${served}, ${chars === null ? 'no text' : `${countText(chars)} characters`}`;
}

/** Where the cost of the attempts comes from, and how it is billed. */
function basisText({ attempts }: TraceDocument): string {
  const said = attempts.flatMap(({ cost }) => {
    if (cost === null) return [];
    return [cost.billing === 'api' ? `${cost.basis}, api` : cost.billing];
  });
  return said.length === 0 ? '' : ` (${[...new Set(said)].join('; ')})`;
}

function tokensText({ usage }: TraceDocument): string {
  if (usage === null) return 'tokens not reported';
  const parts: [name: string, count: number | null][] = [
    ['in', usage.input_tokens],
    ['cached', usage.cache_read_tokens],
    ['out', usage.output_tokens],
  ];
  const known = parts.flatMap(([name, count]) => (count === null ? [] : [`${countText(count)} ${name}`]));
  return `${countText(usage.total_tokens)} tokens${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}

function promptText({ request }: TraceDocument): string {
  const file = request.prompt_file === null ? '' : ` from ${request.prompt_file}`;
  const chars = `${countText(request.prompt_chars)} character${request.prompt_chars === 1 ? '' : 's'}`;
  return `${chars}${file}, sha256 ${request.prompt_sha256.slice(0, 12)}…`;
}

function exitCode({ type, phase, message }: NonNullable<TraceDocument['failure']>): number {
  return exitCodeOf(failure(type, message, { phase }));
}

function whyLines({ plan }: TraceDocument, { width, paint }: Screen): string[] {
  const at = (place: string | null) => (place === null ? '' : `  (${place})`);
  const box = { indent: 7, width };
  const chosen = plan.candidates.flatMap((candidate, index) => [
    `  ${index + 1}. ${paint.bold(pairName(candidate))}`,
    ...candidate.because.flatMap((why) => labelled('', `${why.rule}: ${why.detail}${at(why.at)}`, box)),
  ]);
  const rejected = plan.rejected.flatMap((one) => [
    `  -  ${pairName(one)}`,
    ...labelled('', `rejected: ${one.reason}: ${one.detail}${at(one.at)}`, box),
    ...(one.hint === null ? [] : labelled('', `hint: ${one.hint}`, box)),
  ]);
  return [...chosen, ...rejected];
}

/** The command of an attempt, and what it said when it failed. */
function attemptLines({ n, argv, failure: failed, exit_code }: Attempt, { width, paint }: Screen): string[] {
  const box = { indent: 5, width };
  const command = argv === null ? 'in-process or refused before a start' : shellCommand(argv);
  const lines = labelled(`  ${n}.`, command, box);
  if (failed === null) return lines;
  const exit = exit_code === null ? '' : `, exit ${exit_code}`;
  lines.push(...labelled('', `${failed.type}${exit}: ${failed.message}`, box));
  const tail = failed.stderr_tail?.split('\n') ?? [];
  return [...lines, ...tail.map((line) => `     ${paint.dim('|')} ${line}`)];
}

/** The files that an attempt changed; traces of earlier versions list none. */
function changedLines(attempt: Attempt, id: string, { width, paint }: Screen): string[] {
  const { n, changes = null, no_snapshot: reason = null } = attempt;
  const box = { indent: 5, width };
  if (reason !== null) return labelled(`  ${n}.`, `unknown, there was no snapshot: ${reason}`, box);
  if (changes === null) return [];
  const { not_kept: notKept = [], other_runs: others = [] } = changes;
  if (changes.count + notKept.length === 0) return [];
  const became = changes.recovery === null ? '' : `, ${BECAME[changes.recovery]}`;
  const head = labelled(`  ${n}.`, `${plural(changes.count, 'file')}${became}`, box);
  const files = changes.files.slice(0, MOST_FILES).map((file) => {
    const { path, status, lines_added: added, lines_removed: removed } = file;
    const lines = added === null || removed === null ? 'not text' : `+${added} -${removed}`;
    return `     ${path}  ${paint.dim(status === 'changed' ? lines : `${status}, ${lines}`)}`;
  });
  const rest = changes.count - files.length;
  const more = rest > 0 ? [`     and ${rest} more: llm-router diff ${id} --stat`] : [];
  const beside = [
    ...notKept.map((one) => `${one}, which is not kept`),
    ...others.map((one) => `run ${one} worked in the same files`),
  ];
  return [...head, ...files, ...more, ...beside.flatMap((text) => labelled('', text, box))];
}

/** What became of changes, in words. */
const BECAME: Readonly<Record<Recovery, string>> = {
  left: 'left as they are',
  rolled_back: 'rolled back',
  handed_over: 'handed over to the next attempt',
  not_restored: 'not rolled back',
};

/** As many files as fit on a screen. */
const MOST_FILES = 30;

/** One line, however long, so that it can be copied. */
function repeatLines(trace: TraceDocument, { width }: Screen, owner: TraceOwner): string[] {
  const { command, notes } = repetition(trace, owner);
  return [`  ${command}`, ...notes.flatMap((note) => wrapped(note, width - 4)).map((line) => `  # ${line}`)];
}
