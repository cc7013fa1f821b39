import { toUsd } from '../domain/cost.js';
import { costDocument, failureDocument, usageDocument } from '../domain/document.js';
import type { RaceCandidate, RaceCandidateDocument, RaceDocument, RaceSummary } from '../domain/race.js';

/** A race and its candidates, as in the document of the race. */
export function raceDocument(race: RaceSummary): RaceDocument {
  return {
    mode: race.mode,
    parallel: race.parallel,
    verify: race.verify,
    verify_timeout_ms: race.verifyTimeoutMs,
    cap_usd: race.capMicroUsd === null ? null : toUsd(race.capMicroUsd),
    winner_id: race.winnerId,
    applied: race.applied,
    candidates: race.candidates.map(raceCandidateDocument),
  };
}

/** One candidate of a race, as data. */
export function raceCandidateDocument(candidate: RaceCandidate): RaceCandidateDocument {
  const { id, tool, model, result, verification, changes } = candidate;
  return {
    id,
    tool,
    model,
    result,
    usage: usageDocument(candidate.usage),
    cost: costDocument(candidate.cost),
    latency_ms: candidate.latencyMs,
    verification:
      verification === null ? null : { exit_code: verification.exitCode, latency_ms: verification.latencyMs },
    changes:
      changes === null
        ? null
        : { files: changes.files, lines_added: changes.linesAdded, lines_removed: changes.linesRemoved },
    failure: failureDocument(candidate.failure),
  };
}
