import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { shownPath } from '../../git/names.js';
import { bringBack, isolatedSpan } from '../../isolation/bring-back.js';
import { conflictFailure } from '../../router/isolation/isolation-failure.js';
import type { CommandContext } from '../context.js';
import { reportEarly } from '../report.js';
import { plural } from '../words.js';
import { changesDocument, fileLines } from './file-changes.js';
import { type KeptRun, keptRun, MOST_BYTES, troubleFailure } from './kept-run.js';
import { stillRunning } from './undo.js';

/** `apply <id>`: puts the change of an isolated run onto the files here. */
export async function runApply(
  context: CommandContext,
  wanted: string,
  options: { json?: boolean },
): Promise<number> {
  const run = await keptRun(context, wanted);
  if (!run.ok) return reportEarly(context, { failure: run.error });
  try {
    const running = await stillRunning(context, run.value.id);
    const done = running === null ? await applyRun(context, run.value, options) : err(running);
    return done.ok ? 0 : await reportEarly(context, { failure: done.error });
  } finally {
    await run.value.scratch.remove();
  }
}

async function applyRun(
  { output }: CommandContext,
  run: KeptRun,
  { json = false }: { json?: boolean },
): Promise<Result<null, Failure>> {
  const { repository, id } = run;
  const span = await isolatedSpan(repository, id);
  if (!span.ok) return err(troubleFailure(span.error));
  if (span.value === null) return err(failure('usage', `no files of \`${id}\` are kept`));
  const done = await bringBack(repository, id, MOST_BYTES);
  if (!done.ok) return err(troubleFailure(done.error));
  if (done.value.is === 'conflict') return err(conflictFailure(id, done.value.paths.map(shownPath)));
  const changes = done.value.is === 'applied' ? done.value.changes : [];
  const { first, left } = span.value;
  if (json) {
    await output.json(changesDocument(run, { before: first.commit, after: left.commit }, changes));
    return ok(null);
  }
  await output.data(fileLines(changes));
  await output.say(
    changes.length === 0
      ? `nothing to do: what \`${id}\` changed is in these files already`
      : `applied the change of \`${id}\` to ${plural(changes.length, 'file')}; \`llm-router undo ${id}\` takes it back`,
  );
  return ok(null);
}
