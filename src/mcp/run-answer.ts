import { formatDuration } from '../domain/duration.js';
import { dollars } from '../domain/money.js';
import { documentOfJob, type JobDocument, jobDocument } from '../jobs/document.js';
import type { Job } from '../jobs/jobs.js';
import { failureText } from './result.js';
import type { ToolAnswer } from './tool.js';

/** What a run has come to so far, for a model and for programs. */
export async function runAnswer(job: Job, nowMs: number): Promise<ToolAnswer> {
  const short = await jobDocument(job, nowMs);
  return job.state === 'running' ? runningAnswer(short, nowMs) : overAnswer(short, job, nowMs);
}

function runningAnswer(short: JobDocument, nowMs: number): ToolAnswer {
  const { id } = short;
  const next = `call \`wait\` with the id \`${id}\`; do not ask again, which would be paid twice`;
  const text = `${workText(short, nowMs)} It goes on, even when this session ends. For its answer ${next}.`;
  return {
    texts: [text],
    data: { ...shared(short, nowMs), answer: null, data: null, warnings: [], failure: null, next },
  };
}

async function overAnswer(
  short: JobDocument,
  job: Exclude<Job, { state: 'running' }>,
  nowMs: number,
): Promise<ToolAnswer> {
  const document = await documentOfJob(job);
  const failed =
    document === null ? { type: 'internal', message: 'the run ended without a document' } : document.failure;
  const answer = document?.text ?? null;
  const data = {
    ...shared(short, nowMs),
    answer,
    data: document?.data ?? null,
    warnings: document?.warnings ?? [],
    failure: failed,
    next: null,
  };
  const notes = [...data.warnings.map((one) => `Warning: ${one}`), endText(short, nowMs)].join('\n');
  if (failed === null) return { texts: [answer ?? '', notes], data };
  const partial = answer === null || answer === '' ? [] : [`What came before it failed:\n${answer}`];
  return { texts: [failureText(failed), ...partial, notes], data, isError: true };
}

function shared(short: JobDocument, nowMs: number) {
  const { id, state, status, agent, tool, model, spent_usd } = short;
  return { id, state, status, agent, tool, model, cost_usd: spent_usd, seconds: secondsOf(short, nowMs) };
}

/** A lost run has no known end. */
function secondsOf({ state, started_at, ended_at }: JobDocument, nowMs: number): number | null {
  if (state === 'lost') return null;
  const endMs = ended_at === null ? nowMs : Date.parse(ended_at);
  return Math.round(Math.max(0, endMs - Date.parse(started_at)) / 100) / 10;
}

/** One sentence on a run that goes on. */
export function workText(short: JobDocument, nowMs: number): string {
  const since = formatDuration(Math.max(0, nowMs - Date.parse(short.started_at)));
  return `Run ${short.id} (${nameOf(short)}) has been at work for ${since}.`;
}

function endText(short: JobDocument, nowMs: number): string {
  const seconds = secondsOf(short, nowMs);
  const cost = short.spent_usd === null ? 'cost unknown' : dollars(Math.round(short.spent_usd * 1_000_000));
  const parts = [
    nameOf(short),
    ...(seconds === null ? [] : [formatDuration(seconds * 1000)]),
    cost,
    `run ${short.id}`,
  ];
  return `[${parts.join(', ')}]`;
}

function nameOf({ agent, tool, model }: JobDocument): string {
  const names = [agent, tool, model === tool ? null : model].filter((name) => name !== null);
  return names.length === 0 ? 'no tool yet' : names.join(' ');
}
