import { realpathSync } from 'node:fs';
import type { ProcessRecorder } from '../../adapters/adapter.js';
import { type Failure, failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import { err, ok, type Result } from '../../domain/result.js';
import { shownPath } from '../../git/names.js';
import type { Trouble } from '../../git/trouble.js';
import { bringBack } from '../../isolation/bring-back.js';
import { IsolatedTree } from '../../isolation/isolated-tree.js';
import type { PlannedIsolation } from '../planned.js';
import type { Run } from '../state.js';
import { conflictFailure, isolationFailure, unwrittenFailure } from './isolation-failure.js';
import { isolatedHost } from './plan-isolation.js';

/** The work tree of a run that is isolated. */
export interface IsolatedRun {
  /** Keeps and brings back what the run changed, and removes the work tree; the invocation with what came of it. */
  finish(invocation: Invocation, check: Check | null): Promise<Invocation>;
}

/** Judges what a run left, in the folder where it worked; the failure says why it does not count. What it starts is recorded. */
export type Check = (place: { cwd: string; processes: ProcessRecorder | null }) => Promise<Failure | null>;

/** Makes the work tree of a run. */
export async function isolate(run: Run): Promise<Result<IsolatedRun, Failure>> {
  const { planned, host, stop } = run;
  const { isolation } = planned;
  if (isolation === null) throw new Error('the run is not isolated');
  const { includeIgnored, maxNewDataBytes } = planned.policy.recovery;
  // What was changed is kept even after the first signal; the second one stops that too.
  let signal = stop.deadline.signal;
  const opened = await IsolatedTree.open({
    id: planned.id,
    dir: isolation.dir,
    cwd: realpathSync(isolation.cwd),
    place: { env: host.env, signal: () => signal },
    rules: { included: includeIgnored, mostBytes: maxNewDataBytes },
  });
  signal = stop.urgent;
  run.host = isolatedHost(host);
  if (!opened.ok) return err(stop.deadline.failure ?? isolationFailure(opened.error));
  return ok({
    finish: (invocation, check) => {
      const place = { cwd: planned.request.cwd, processes: run.recorder.processes };
      const judge = check === null ? null : () => check(place);
      return finish(opened.value, { isolation, invocation, judge });
    },
  });
}

interface Ending {
  isolation: PlannedIsolation;
  invocation: Invocation;
  /** `null`: whatever it left counts. */
  judge: (() => Promise<Failure | null>) | null;
}

async function finish(tree: IsolatedTree, ending: Ending): Promise<Invocation> {
  const { invocation } = ending;
  const kept = await tree.keep();
  if (!kept.ok) {
    const message = `what the run changed cannot be kept: ${kept.error.message}`;
    const hint = `its work tree stays until the next isolated run: \`${tree.linked.root}\``;
    return failedBy(invocation, failure('not_restored', message, { hint }));
  }
  try {
    const judged = await judgedBy(tree, ending);
    if (kept.value === null) return judged;
    const branched = ending.isolation.keepsBranch ? await tree.branch(kept.value) : null;
    const told = branched === null ? judged : withBranch(judged, branched);
    if (told.failure !== null || ending.isolation.race !== null) return told;
    return await brought(tree, told);
  } finally {
    await tree.remove();
  }
}

/** What a run left was kept before it is judged: files that this makes are no part of its change. */
async function judgedBy(tree: IsolatedTree, { invocation, judge }: Ending): Promise<Invocation> {
  if (judge === null || invocation.failure !== null) return invocation;
  // Without the mark only a kill during the judging could add what that makes.
  await tree.markKept().catch(() => undefined);
  const refused = await judge();
  return refused === null ? invocation : failedBy(invocation, refused);
}

function withBranch(invocation: Invocation, branched: Result<string, Trouble>): Invocation {
  const warning = branched.ok ? `branch \`${branched.value}\` holds the change` : branched.error.message;
  return { ...invocation, warnings: [...invocation.warnings, warning] };
}

/** The change on the user's files. */
async function brought(tree: IsolatedTree, invocation: Invocation): Promise<Invocation> {
  const { id } = invocation;
  const done = await bringBack(tree.repository, id, tree.order.rules.mostBytes);
  if (!done.ok) return failedBy(invocation, unwrittenFailure(id, done.error));
  return done.value.is === 'conflict'
    ? failedBy(invocation, conflictFailure(id, done.value.paths.map(shownPath)))
    : invocation;
}

function failedBy(invocation: Invocation, failed: Failure): Invocation {
  if (invocation.failure !== null) return invocation;
  const { tool, model } = invocation;
  const status = failed.type === 'cancelled' ? 'cancelled' : 'failed';
  return { ...invocation, status, failure: { ...failed, tool, model } };
}
