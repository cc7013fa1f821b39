import type { Deadline } from '../../domain/deadline.js';
import { briefDuration } from '../../domain/duration.js';
import { exitCodeOf, type Failure } from '../../domain/failure.js';
import { dollars } from '../../domain/money.js';
import { notStarted } from '../../race/candidate.js';
import { raceDocument } from '../../race/document.js';
import type { PlannedRace } from '../../race/plan-race.js';
import { summaryOf } from '../../race/summary.js';
import { plannedDocument } from '../../router/planned-document.js';
import type { Router } from '../../router/router.js';
import type { CommandContext } from '../context.js';
import { planScreen } from '../plan-screen.js';
import { printFailure } from '../report.js';
import { plural } from '../words.js';

/** `--dry-run`: how the candidates would run, and the most that they may cost. Runs nothing. */
export async function showRacePlan(
  context: CommandContext,
  router: Router,
  race: PlannedRace,
  deadline: Deadline,
): Promise<number> {
  const { output, globals, world } = context;
  const { whole } = race;
  const invocation = await router.describe(whole, deadline);
  if (output.format === 'text') {
    const paint = await output.paint('stdout');
    const look = { paint, isVerbose: globals.verbose > 0, width: world.stdout.columns };
    const screen = planScreen(whole, look);
    await output.prose(`${[screen, ...raceLines(race).map((line) => `  ${line}`)].join('\n')}\n`);
  } else {
    const summary = summaryOf(race, {
      winnerId: null,
      applied: null,
      candidates: race.candidates.map(notStarted),
    });
    await output.json(plannedDocument({ ...invocation, race: raceDocument(summary) }, whole));
  }
  for (const warning of invocation.warnings) await output.warn(warning);
  const { failure } = invocation;
  if (failure === null) return 0;
  await printFailure(output, shortened(failure));
  return exitCodeOf(failure);
}

/** The screen has the rejected pairs already, each with its hint. */
function shortened(failure: Failure): Failure {
  return failure.headline === null ? failure : { ...failure, message: failure.headline, hint: null };
}

function raceLines({ mode, parallel, order, candidates, capMicroUsd }: PlannedRace): string[] {
  const { verify } = order;
  const count = plural(candidates.length, 'candidate');
  const how =
    mode === 'cascade'
      ? `race: ${count}, one after the other by list price`
      : `race: ${count}, ${parallel === candidates.length ? 'all at once' : `${parallel} at once`}`;
  const judged =
    verify === null
      ? 'verified by nothing: you pick one'
      : `verified by: ${verify.command}  (at most ${briefDuration(verify.timeoutMs)} each)`;
  const own = candidates.map(({ planned }) => planned.spending.capMicroUsd);
  const each = own.every((cap) => cap !== null)
    ? `, ${dollars(Math.max(...own.map((cap) => cap ?? 0)))} each`
    : '';
  const worst =
    capMicroUsd === null
      ? 'worst case: nothing bounds the cost (`--max-cost`, or `max_cost_usd` of the agent)'
      : `worst case: ${dollars(capMicroUsd)} for all together${each}`;
  return [how, judged, worst];
}
