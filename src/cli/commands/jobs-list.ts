import type { Paint } from '../../diagnostics/paint.js';
import { formatDuration } from '../../domain/duration.js';
import { type JobDocument, jobDocument } from '../../jobs/document.js';
import { listJobs } from '../../jobs/jobs.js';
import { pruneJobs } from '../../jobs/prune.js';
import { unreadableFolder } from '../../jobs/store.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { printTable } from '../print-table.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';
import { plural } from '../words.js';
import { spentText } from './jobs-words.js';
import { paintStatus } from './trace-words.js';

/** Options of `jobs`. */
export interface JobsOptions {
  last: number;
  json?: boolean;
}

/** `jobs`: the detached runs that are kept, newest first. */
export async function runJobs(context: CommandContext, { last, json }: JobsOptions): Promise<number> {
  const { output, world } = context;
  const jobs = jobsWorld(context);
  const unreadable = unreadableFolder(jobs.dir);
  if (unreadable !== null) return reportEarly(context, { failure: unreadable });
  await pruneJobs(jobs);
  const all = await listJobs(jobs);
  if (all.some(({ state }) => state === 'lost')) await jobs.endInterrupted();
  const nowMs = world.clock.now();
  // However old it is, one that still runs may cost money.
  const shown = all.filter(({ state }, index) => index < last || state === 'running');
  const documents = await Promise.all(shown.map((job) => jobDocument(job, nowMs)));
  if (json === true) await output.json(documents);
  else if (documents.length === 0) await output.say('no detached runs; `exec --detach` starts one');
  else await print(context, documents);
  const hidden = all.length - shown.length;
  if (json !== true && hidden > 0)
    await output.say(`and ${plural(hidden, 'older run')}; show them with --last`);
  return 0;
}

async function print(context: CommandContext, jobs: readonly JobDocument[]): Promise<void> {
  const rows = jobs.map((job) => rowOf(job, context.world.clock.now()));
  const paint = await context.output.paint('stdout');
  const signs = { '-': 'none', '?': 'unknown' };
  await printTable(context, { columns: columns(paint, jobs), rows, signs });
}

/** Enough of an id to be unique: the time in ms and a few random characters. */
const SHORT_ID = 13;

function columns(paint: Paint, jobs: readonly JobDocument[]): Column[] {
  const paintRow = (text: string, row: number): string =>
    paintStatus(text, jobs[row]?.status ?? 'failed', paint);
  return [
    { title: 'ID', short: (id) => id.slice(0, SHORT_ID) },
    { title: 'STARTED (UTC)', shortTitle: 'AT (UTC)', short: (time) => time.slice(5, 16) },
    { title: 'AGENT', least: 6 },
    { title: 'TOOL', least: 8 },
    { title: 'MODEL', least: 8, rank: 1 },
    { title: 'STATE', short: shortState, paint: paintRow },
    { title: 'EXIT', align: 'right', rank: 0 },
    { title: 'SPENT', align: 'right' },
    { title: 'TIME', align: 'right' },
  ];
}

/** How it ended alone: its colour tells a failure from a success. */
function shortState(state: string): string {
  return /\((.*)\)$/.exec(state)?.[1] ?? state.replace(/^ended: /, '');
}

function rowOf(job: JobDocument, nowMs: number): string[] {
  return [
    job.id,
    job.started_at.slice(0, 19).replace('T', ' '),
    job.agent ?? '-',
    job.tool ?? '-',
    job.model ?? '-',
    stateText(job),
    job.exit_code === null ? '-' : String(job.exit_code),
    spentText(job),
    timeText(job, nowMs),
  ];
}

function stateText({ state, status, failure }: JobDocument): string {
  if (state !== 'ended') return state;
  return failure === null || status === 'cancelled' ? `ended: ${status}` : `ended: ${status} (${failure})`;
}

/** A lost run has no known end. */
function timeText({ state, started_at, ended_at }: JobDocument, nowMs: number): string {
  if (state === 'lost') return '?';
  const endMs = ended_at === null ? nowMs : Date.parse(ended_at);
  return formatDuration(Math.max(0, endMs - Date.parse(started_at)));
}
