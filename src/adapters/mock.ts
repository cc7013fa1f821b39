import { setTimeout as wait } from 'node:timers/promises';
import type { MockResponse, MockTool } from '../config/types.js';
import { failedOutcome, type Outcome } from '../domain/attempt.js';
import { type Failure, failure } from '../domain/failure.js';
import { ok } from '../domain/result.js';
import { fillArgv, parseArgument } from '../domain/template.js';
import { NO_USAGE } from '../domain/usage.js';
import type { Adapter, AdapterContext, AdapterEvent, Call, Task } from './adapter.js';

/** Answers in-process with what the config says: for demos, tests and machines without any agent CLI. */
export const mockAdapter: Adapter<MockTool> = {
  kind: 'mock',
  availability: () => ({ available: true, path: null }),
  prepare: (task) => ok({ task, preview: { inProcess: true } }),
  ignored: () => [],
  secrets: () => [],
  run,
};

async function* run(
  { task }: Call<MockTool>,
  { deadline, turn }: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  yield { type: 'started', argv: null, pid: null };
  const response = responseOfTurn(task.tool.responses, turn);
  if (response === null)
    return failedOutcome(failure('invalid_response', `\`${task.tool.name}\` has no responses`));
  const text = response.failure === null ? response.text : '';
  const pieces = (response.deltas ?? [text]).map((piece) => fillText(piece, task));
  try {
    for (const piece of pieces) {
      await wait(response.delayMs / pieces.length, undefined, { signal: deadline.signal });
      if (piece !== '') yield { type: 'delta', text: piece };
    }
  } catch {
    return failedOutcome(deadline.failure ?? failure('cancelled', 'the run was cancelled'));
  }
  if (response.failure !== null) return failedOutcome(scriptedFailure(response.failure));
  return answer(response, pieces.join(''));
}

/** The responses are given in turn; the last one repeats. */
function responseOfTurn(responses: readonly MockResponse[], turn: number): MockResponse | null {
  return responses[Math.min(turn, responses.length - 1)] ?? null;
}

function fillText(text: string, task: Task<MockTool>): string {
  const values = { prompt: task.prompt, model: task.modelName ?? '', agent: task.agent ?? '' };
  const filled = fillArgv([{ argument: parseArgument(text) }], values);
  return filled.ok ? filled.value.join('') : text;
}

function scriptedFailure({ type, message, retryAfterMs }: NonNullable<MockResponse['failure']>): Failure {
  return failure(type, message, { retryAfterMs });
}

function answer(response: MockResponse, text: string): Outcome {
  return {
    failure: null,
    text,
    usage: response.usage === null ? null : { ...NO_USAGE, ...response.usage },
    reportedCostMicroUsd: null,
    finishReason: response.finishReason,
    responseModel: null,
    toolSessionId: null,
    requestId: null,
    data: null,
    exitCode: null,
    firstOutputMs: null,
    warnings: [],
  };
}
