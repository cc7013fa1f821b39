import { listText, sharedText } from '../../domain/changes.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { shownPath } from '../../git/names.js';
import type { Repository } from '../../git/repository.js';
import { countedChanges } from '../../snapshot/changes.js';
import { diffBytes } from '../../snapshot/diff.js';
import { mergeInProgress } from '../../snapshot/merge.js';
import { treeOfDisk, treeWith } from '../../snapshot/trees.js';
import { planUndo, type UndoFailure, type UndoPlan, undo } from '../../snapshot/undo.js';
import { worktreeOf } from '../../snapshot/worktree.js';
import { traceDirOf } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { readTraces } from '../read-traces.js';
import { reportEarly } from '../report.js';
import { plural } from '../words.js';
import { deadlineOf } from './exec-deadline.js';
import { changesDocument, fileLines, paintedPatch } from './file-changes.js';
import { type KeptRun, keptRun, MOST_BYTES, troubleFailure } from './kept-run.js';
import { loadForTraces } from './trace-folder.js';

/** The options of `undo`, as the argument parser gives them. */
export interface UndoOptions {
  yes?: boolean;
  dryRun?: boolean;
  force?: boolean;
  json?: boolean;
}

/** `undo [id|last]`: takes back what a run changed, or takes that back. */
export async function runUndo(
  context: CommandContext,
  wanted: string,
  options: UndoOptions,
): Promise<number> {
  const run = await keptRun(context, wanted);
  if (!run.ok) return reportEarly(context, { failure: run.error });
  try {
    const running = await stillRunning(context, run.value.id);
    if (running !== null) return await reportEarly(context, { failure: running });
    const done = await undoRun(context, run.value, options);
    return done.ok ? 0 : await reportEarly(context, { failure: done.error });
  } finally {
    await run.value.scratch.remove();
  }
}

/** The files of a run that goes on may change at any time. */
export async function stillRunning(context: CommandContext, id: string): Promise<Failure | null> {
  const dir = traceDirOf(context, await loadForTraces(context));
  const found = await readTraces(dir, (store) => store.find(id));
  if (!found.ok || found.value.traces[0]?.status !== 'running') return null;
  return failure('usage', `\`${id}\` is still running`, { hint: 'end it first' });
}

async function undoRun(
  context: CommandContext,
  run: KeptRun,
  options: UndoOptions,
): Promise<Result<null, Failure>> {
  const { output } = context;
  const { repository, id, scratch } = run;
  const planned = await planUndo(repository, id, { scratch, mostBytes: MOST_BYTES });
  if (!planned.ok) return err(troubleFailure(planned.error));
  const plan = planned.value;
  if (plan === null) return err(failure('usage', `no files of \`${id}\` are kept`));
  if (plan.from.worktree !== worktreeOf(repository))
    return err(failure('usage', `\`${id}\` has changed no files of this work tree`));
  const beside = await besideOf(repository, plan);
  if (plan.todo.length === 0 && options.json !== true) {
    if (beside.length > 0) return err(notPutBack(plan, beside));
    await output.say(`nothing to undo: the files that \`${id}\` changed are as they were before`);
    return ok(null);
  }
  if (plan.lost.length > 0 && options.force !== true) return err(wouldLose(plan));
  if (plan.others.length > 0 && !plan.isRedo && options.force !== true) return err(mayBeOfOthers(plan));
  const shown = await showPlan(context, run, { plan, options });
  if (!shown.ok) return shown;
  if (options.dryRun === true) {
    if (options.json !== true) await output.say(`would ${actionOf(plan)}; nothing was changed`);
    return ok(null);
  }
  const agreed = await agree(context, run, { plan, options });
  if (!agreed.ok) return agreed;
  if (!agreed.value) {
    await output.say('nothing was changed');
    return ok(null);
  }
  const done = await undo(repository, plan, { scratch, isForced: options.force === true });
  if (!done.ok) return err(restoreFailure(done.error));
  const verb = plan.isRedo ? 'brought back' : 'took back';
  const again = `\`llm-router undo ${id}\` reverses it`;
  if (options.json !== true)
    await output.say(`${verb} the changes of \`${id}\` in ${plural(done.value.length, 'file')}; ${again}`);
  return beside.length === 0 ? ok(null) : err(notPutBack(plan, beside));
}

/** ``take back the changes of `ID` in 3 files`` */
function actionOf({ id, isRedo, todo }: UndoPlan): string {
  return `${isRedo ? 'bring back' : 'take back'} the changes of \`${id}\` in ${plural(todo.length, 'file')}`;
}

/** What the run changed that stays as it is: submodules that are still at another commit, and what no state holds. */
async function besideOf({ git, root }: Repository, plan: UndoPlan): Promise<string[]> {
  const names = plan.submodules.map(({ path }) => `submodule \`${shownPath(path)}\``);
  const moved = await Promise.all(
    plan.submodules.map(async ({ path, after }) => {
      const cwd = `${root}/${shownPath(path)}`;
      const { stdout } = await git(['rev-parse', '--verify', '-q', 'HEAD'], { cwd });
      const place = after === null ? '' : ` (was at \`${after.oid.slice(0, 7)}\`)`;
      return stdout.toString('latin1').trim() === after?.oid
        ? []
        : [`submodule \`${shownPath(path)}\`${place}`];
    }),
  );
  const others = plan.unkept.filter((text) => !names.some((name) => text.startsWith(name)));
  return [...moved.flat(), ...others];
}

function notPutBack({ id, todo }: UndoPlan, beside: readonly string[]): Failure {
  const files = todo.length === 0 ? '' : 'the files are put back, but ';
  const message = `${files}\`${id}\` has also changed ${listText(beside)}, which stays as it is`;
  return failure('not_restored', message, { hint: 'put that back by hand, where it is not wanted' });
}

function mayBeOfOthers({ id, others }: UndoPlan): Failure {
  const shared = sharedText({ otherRuns: others });
  return failure('not_restored', `${shared}: \`undo\` of \`${id}\` would take those back too`, {
    hint: `\`llm-router diff ${id}\` shows the changes; \`--force\` takes all of them back`,
  });
}

/** What the files lose and get, from what they hold now. */
async function showPlan(
  { output, world }: CommandContext,
  run: KeptRun,
  { plan, options }: { plan: UndoPlan; options: UndoOptions },
): Promise<Result<null, Failure>> {
  const { repository, scratch } = run;
  const now = await treeOfDisk(repository, { base: plan.from.tree, changes: plan.todo, scratch });
  if (!now.ok) return err(troubleFailure(now.error));
  const lines = plan.todo.map(({ path, after }) => ({
    path,
    mode: after?.mode ?? '0',
    oid: after?.oid ?? null,
  }));
  const then = await treeWith(repository, now.value.tree, lines, scratch);
  if (!then.ok) return err(troubleFailure(then.error));
  const compared = { before: now.value.tree, after: then.value };
  const counted = await countedChanges(repository, compared.before, compared.after);
  if (!counted.ok) return err(troubleFailure(counted.error));
  if (options.json === true) {
    await output.json({ ...changesDocument(run, compared, counted.value), dry_run: options.dryRun === true });
    return ok(null);
  }
  if (!world.stdout.isTerminal) {
    await output.data(fileLines(counted.value));
    return ok(null);
  }
  const patch = await diffBytes(repository, compared.before, compared.after);
  if (!patch.ok) return err(troubleFailure(patch.error));
  await output.data(paintedPatch(patch.value.toString('utf8'), await output.paint('stdout')));
  return ok(null);
}

async function agree(
  context: CommandContext,
  { repository }: KeptRun,
  { plan, options }: { plan: UndoPlan; options: UndoOptions },
): Promise<Result<boolean, Failure>> {
  if (options.yes === true) return ok(true);
  const merge = await mergeInProgress(repository);
  const during = merge === null ? '' : `A ${merge} is in progress. `;
  const [first = '', ...rest] = actionOf(plan);
  const what = `${during}${first.toUpperCase()}${rest.join('')}? [y/N] `;
  const deadline = deadlineOf(context, null);
  const answer = await context.output.ask(what, deadline.signal);
  deadline.dispose();
  if (deadline.failure !== null) return err(deadline.failure);
  if (answer === null)
    return err(
      failure('usage', 'without a terminal `undo` needs `--yes`', {
        hint: '`--dry-run` shows what it would do',
      }),
    );
  return ok(/^y(es)?$/i.test(answer.trim()));
}

function wouldLose({ id, lost }: UndoPlan): Failure {
  const files = lost.slice(0, 5).map((path) => `\`${shownPath(path)}\``);
  const more = lost.length > files.length ? ` and ${lost.length - files.length} more` : '';
  const message = `changes made since \`${id}\` would be lost in ${files.join(', ')}${more}`;
  return failure('not_restored', message, {
    hint: '`--force` does it all the same, and keeps what they hold now: another `undo` brings that back',
  });
}

function restoreFailure(failed: UndoFailure): Failure {
  if (failed.is === 'overtaken')
    return failure('not_restored', 'another `undo` of this run was first, so this one has changed nothing', {
      hint: '`--dry-run` shows what it would do now',
    });
  if (failed.is === 'trouble') return { ...troubleFailure(failed.trouble), type: 'not_restored' };
  const paths = failed.paths.map((path) => `\`${shownPath(path)}\``).join(', ');
  return failure('not_restored', `another program changes ${paths}`, { hint: 'try again' });
}
