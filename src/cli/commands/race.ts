import type { Deadline } from '../../domain/deadline.js';
import { exitCodeOf, type Failure } from '../../domain/failure.js';
import type { RaceCandidate } from '../../domain/race.js';
import { ok, type Result } from '../../domain/result.js';
import type { RaceOrder } from '../../race/order.js';
import { type PlannedRace, planRace } from '../../race/plan-race.js';
import { runRace } from '../../race/run-race.js';
import { createRouter, type Router } from '../../router/router.js';
import { keepTraces } from '../../router/traces.js';
import type { RouterWorld } from '../../router/world.js';
import { routerWorldOf, traceDirOf, type UsableConfig } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { logOf } from '../log.js';
import { startRaceProgress } from '../race-progress.js';
import { concludeRace, pickOnTerminal } from '../race-screen.js';
import { reportEarly } from '../report.js';
import { loadTrusted } from '../trusted-config.js';
import { proceed } from './exec.js';
import { deadlineOf, timeoutOf } from './exec-deadline.js';
import { requestOf } from './exec-parts.js';
import { showRacePlan } from './race-dry-run.js';
import { entriesOf, execOptionsOf, type RaceOptions, verifyOf } from './race-request.js';

/** `race`: several candidates in work trees of their own; the first change that passes is put onto the files. */
export async function runRaceCommand(
  context: CommandContext,
  words: string[],
  options: RaceOptions,
): Promise<number> {
  const timeoutMs = timeoutOf(execOptionsOf(options, context));
  if (!timeoutMs.ok) return reportEarly(context, { failure: timeoutMs.error });
  const deadline = deadlineOf(context, timeoutMs.value);
  context.output.setDrainSignal(deadline.signal);
  try {
    const isDryRun = options.dryRun === true;
    const loaded = await loadTrusted(context, { dryRun: isDryRun, deadline });
    if (!loaded.ok) return await reportEarly(context, loaded.error);
    const world = routerWorldOf(context, loaded.value);
    const router = createRouter(loaded.value.config, world);
    const known = { loaded: loaded.value, words, options, deadline, timeoutMs: timeoutMs.value };
    const code = await planAndRun(context, { router, world }, known).finally(() =>
      router.close({ atExit: true }),
    );
    if (!isDryRun) await loaded.value.keep();
    return code;
  } finally {
    deadline.dispose();
  }
}

interface GivenRace {
  loaded: UsableConfig;
  words: string[];
  options: RaceOptions;
  deadline: Deadline;
  timeoutMs: number | null;
}

async function planAndRun(
  context: CommandContext,
  { router, world }: { router: Router; world: RouterWorld },
  given: GivenRace,
): Promise<number> {
  const order = await orderOf(context, given);
  if (!order.ok) return reportEarly(context, { failure: order.error });
  const race = await planRace(router, world, { order: order.value, deadline: given.deadline });
  if (!race.ok) return reportEarly(context, { failure: race.error });
  if (given.options.dryRun === true) return showRacePlan(context, router, race.value, given.deadline);
  const code = await run(context, { router, world, race: race.value }, given);
  const sent = router.endTelemetry();
  const nowMs = context.world.clock.now();
  await keepTraces(traceDirOf(context, given.loaded), { config: router.config, nowMs });
  await router.upkeep();
  await sent;
  return code;
}

/** What is wrong with the candidates is found before anything is read. */
async function orderOf(context: CommandContext, given: GivenRace): Promise<Result<RaceOrder, Failure>> {
  const { options } = given;
  const entries = entriesOf(options);
  if (!entries.ok) return entries;
  const verify = verifyOf(options);
  if (!verify.ok) return verify;
  const asExec = execOptionsOf(options, context);
  const request = await requestOf(context, { ...given, options: asExec, field: null });
  if (!request.ok) return request;
  return ok({
    request: request.value,
    candidates: entries.value,
    verify: verify.value,
    parallel: options.parallel ?? null,
    isCascade: options.cascade === true,
  });
}

async function run(
  context: CommandContext,
  { router, world, race }: { router: Router; world: RouterWorld; race: PlannedRace },
  { options, deadline }: GivenRace,
): Promise<number> {
  const { output } = context;
  const { request, policy } = race.whole;
  if (!policy.privacy.logPrompts) output.keepOutOfLog([request.prompt, request.system]);
  const progress = startRaceProgress(context, race);
  const confirm = async (): Promise<boolean> => {
    if (options.yes === true) return true;
    progress.pause();
    return proceed(context, deadline.signal).finally(() => progress.go());
  };
  const pick = async (candidates: readonly RaceCandidate[]): Promise<string | null> => {
    progress.stop();
    return pickOnTerminal(context, candidates, deadline.signal);
  };
  const { logs = [] } = logOf(context);
  const outcome = await runRace(router, world, {
    race,
    options: { deadline, confirm, pick, logs, emit: (event) => progress.update(event) },
  }).finally(() => progress.stop());
  if (output.closed.aborted) return 0;
  await concludeRace(context, outcome);
  const { failure } = outcome.invocation;
  return failure === null ? 0 : exitCodeOf(failure);
}
