import { pairName } from '../domain/plan.js';
import type { RaceCandidate, RaceSummary } from '../domain/race.js';
import { raceCandidateDocument } from '../race/document.js';
import { reasonOf } from '../race/reasons.js';
import type { RaceOutcome } from '../race/run-race.js';
import { cleanDocument } from '../router/clean-document.js';
import type { CommandContext } from './context.js';
import { printTable } from './print-table.js';
import { RACE_SIGNS, raceTable } from './race-table.js';
import { printFailure } from './report.js';
import { plural } from './words.js';

/** Prints what came of a race: the document, or its candidates as a table; then the change that was taken, or how to take one. */
export async function concludeRace(
  context: CommandContext,
  { invocation, summary, applied }: RaceOutcome,
): Promise<void> {
  const { output, globals } = context;
  const { candidates, winnerId, verify } = summary;
  const isAsked = verify === null && canAsk(context) && candidates.some(isAnswered);
  if (output.format !== 'text')
    await output.answer(`${JSON.stringify(cleanDocument(invocation, output.redactor()))}\n`);
  else if (!isAsked) await printCandidates(context, summary);
  for (const warning of invocation.warnings) await output.warn(warning);
  const { failure } = invocation;
  if (failure !== null) {
    const isListed = failure.headline !== null && output.format === 'text';
    await printFailure(output, isListed ? { ...failure, message: failure.headline ?? '' } : failure);
    if (isListed) await output.error(reasonLines(candidates).join('\n'));
    const tails = globals.verbose > 0 ? candidates.flatMap((one) => one.failure?.stderrTail ?? []) : [];
    for (const tail of tails) await output.error(tail);
    return;
  }
  const winner = candidates.find(({ id }) => id === winnerId);
  if (winner === undefined) return output.say(waysToPick(candidates));
  const files = applied?.changes.length ?? 0;
  await output.say(
    files === 0
      ? `${pairName(winner)} ${wordOf(winner)}, and there is nothing to change in your files`
      : `applied the change of ${pairName(winner)} to ${plural(files, 'file')}; \`llm-router undo ${winner.id}\` takes it back`,
  );
}

function wordOf({ result }: RaceCandidate): string {
  return result === 'passed' ? 'passed' : 'was picked';
}

function isAnswered({ result }: RaceCandidate): boolean {
  return result === 'answered';
}

function canAsk({ output, world }: CommandContext): boolean {
  return output.format === 'text' && world.stderr.isTerminal;
}

function waysToPick(candidates: readonly RaceCandidate[]): string {
  const [first] = candidates.filter(isAnswered);
  const id = first?.id ?? '<id>';
  return `nothing is changed yet: \`llm-router diff ${id}\` shows a change, \`llm-router apply ${id}\` puts it onto your files`;
}

/** Every candidate with its reason, and how to help it. */
function reasonLines(candidates: readonly RaceCandidate[]): string[] {
  const hints = new Set<string>();
  return candidates.flatMap((one) => {
    const hint = one.failure?.hint ?? null;
    const line = `  ${pairName(one)}: ${reasonOf(one)}`;
    if (hint === null || hints.has(hint)) return [line];
    hints.add(hint);
    return [line, `    hint: ${hint.replaceAll('\n', '\n          ')}`];
  });
}

/** Asks which change is wanted; `null`: none now, or there is no terminal to ask on. */
export async function pickOnTerminal(
  context: CommandContext,
  candidates: readonly RaceCandidate[],
  signal: AbortSignal,
): Promise<string | null> {
  if (!canAsk(context)) return null;
  await printCandidates(context, { candidates }, { numbered: true });
  const answered = candidates.filter(isAnswered);
  const last = answered.length;
  for (;;) {
    const answer = await context.output.ask(`Apply which one? [1-${last}, Enter: none] `, signal);
    const text = answer?.trim() ?? '';
    if (text === '') return null;
    const picked = /^\d+$/.test(text) ? answered[Number(text) - 1] : undefined;
    if (picked !== undefined) return picked.id;
    await context.output.say(`give a number from 1 to ${last}, or nothing`);
  }
}

async function printCandidates(
  context: CommandContext,
  race: Pick<RaceSummary, 'candidates'>,
  { numbered = false }: { numbered?: boolean } = {},
): Promise<void> {
  const paint = await context.output.paint('stdout');
  const documents = race.candidates.map(raceCandidateDocument);
  await printTable(context, { ...raceTable(documents, { paint, numbered }), signs: RACE_SIGNS });
}
