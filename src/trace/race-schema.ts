import { APPLIED, CANDIDATE_RESULTS, RACE_MODES } from '../domain/race.js';
import { amount, count, list, maybe, oneOf, record, reference, text } from './schema-parts.js';

/** The field `race` of a document, in JSON Schema. */
export const RACE_SCHEMA = record('Its candidates and what decided it; only of a race', {
  mode: oneOf('How the candidates ran: at once, or the cheapest first', RACE_MODES),
  parallel: count('The most at once'),
  verify: maybe(text('The command that judged; `null`: a person picks')),
  verify_timeout_ms: maybe(count('The time limit of one verification; `null`: a person picks')),
  cap_usd: maybe(amount('The most that all may cost together; `null`: no cap')),
  winner_id: maybe(text('The invocation whose change was picked')),
  applied: maybe(oneOf('What became of its change', APPLIED)),
  candidates: list(
    'Candidates, in the order of their start',
    record('One candidate', {
      id: text('Its invocation'),
      tool: maybe(text('The tool')),
      model: maybe(text('Name in the catalogue')),
      result: oneOf('How it fared', CANDIDATE_RESULTS),
      usage: maybe(reference('usage', 'Tokens')),
      cost: maybe(reference('cost', 'Its cost')),
      latency_ms: maybe(count('Duration until its answer; `null`: not started')),
      verification: maybe(
        record('The command that judged its change', {
          exit_code: maybe({ type: 'integer', description: 'Its exit code' }),
          latency_ms: count('Duration'),
        }),
      ),
      changes: maybe(
        record('What it changed; `null`: unknown', {
          files: count('Files'),
          lines_added: count('Lines added'),
          lines_removed: count('Lines removed'),
        }),
      ),
      failure: maybe(reference('failure', 'Why it has not passed')),
    }),
  ),
});
