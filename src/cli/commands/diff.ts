import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { countedChanges } from '../../snapshot/changes.js';
import { diffBytes } from '../../snapshot/diff.js';
import { historyOf } from '../../snapshot/history.js';
import { spanOf } from '../../snapshot/undo.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { changesDocument, fileLines, paintedPatch } from './file-changes.js';
import { type KeptRun, keptRun, MOST_BYTES, troubleFailure } from './kept-run.js';

/** The options of `diff`, as the argument parser gives them. */
export interface DiffOptions {
  attempt?: number;
  stat?: boolean;
  json?: boolean;
}

/** `diff [id|last]`: what a run, or one attempt of it, changed. */
export async function runDiff(
  context: CommandContext,
  wanted: string,
  options: DiffOptions,
): Promise<number> {
  const run = await keptRun(context, wanted);
  if (!run.ok) return reportEarly(context, { failure: run.error });
  try {
    const shown = await show(context, run.value, options);
    return shown.ok ? 0 : await reportEarly(context, { failure: shown.error });
  } finally {
    await run.value.scratch.remove();
  }
}

async function show(
  { output, world }: CommandContext,
  run: KeptRun,
  options: DiffOptions,
): Promise<Result<null, Failure>> {
  const span = options.attempt === undefined ? await ofRun(run) : await ofAttempt(run, options.attempt);
  if (!span.ok) return span;
  const { before, after } = span.value;
  if (options.json === true || options.stat === true) {
    const counted = await countedChanges(run.repository, before, after);
    if (!counted.ok) return err(troubleFailure(counted.error));
    if (options.json === true) await output.json(changesDocument(run, { before, after }, counted.value));
    else await output.data(fileLines(counted.value));
    return ok(null);
  }
  const patch = await diffBytes(run.repository, before, after);
  if (!patch.ok) return err(troubleFailure(patch.error));
  if (!world.stdout.isTerminal) await output.copy('stdout', patch.value);
  else await output.data(paintedPatch(patch.value.toString('utf8'), await output.paint('stdout')));
  return ok(null);
}

/** Two states by their commits or trees. */
interface Compared {
  before: string;
  after: string;
}

async function ofRun({ repository, id, scratch }: KeptRun): Promise<Result<Compared, Failure>> {
  const span = await spanOf(repository, id, { scratch, mostBytes: MOST_BYTES });
  if (!span.ok) return err(troubleFailure(span.error));
  if (span.value === null) return err(failure('usage', `no files of \`${id}\` are kept`));
  return ok({ before: span.value.first.commit, after: span.value.left.commit });
}

async function ofAttempt({ repository, id }: KeptRun, attempt: number): Promise<Result<Compared, Failure>> {
  const history = await historyOf(repository, id);
  if (!history.ok) return err(troubleFailure(history.error));
  const at = history.value.findIndex((state) => state.kind === 'after' && state.attempt === attempt);
  const [before, after] = [history.value[at - 1], history.value[at]];
  if (before !== undefined && after !== undefined) return ok({ before: before.commit, after: after.commit });
  const changed = history.value.flatMap((state) => (state.kind === 'after' ? [state.attempt] : []));
  const hint = `attempts that changed files: ${changed.join(', ') || 'none'}`;
  return err(failure('usage', `attempt ${attempt} of \`${id}\` changed no files`, { hint }));
}
