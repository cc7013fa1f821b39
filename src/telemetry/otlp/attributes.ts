import type { Attempt, FinishReason, ProviderCall } from '../../domain/attempt.js';
import type { Cost } from '../../domain/cost.js';
import { costDocument } from '../../domain/document.js';
import type { Invocation } from '../../domain/invocation.js';
import type { RaceDocument } from '../../domain/race.js';
import type { Usage } from '../../domain/usage.js';
import { OPEN_TELEMETRY_NAMES as LOGGED } from '../log-fields.js';
import { conventionalProvider, NAMES } from './names.js';
import type { ObservedRun, ObservedVerification } from './subject.js';

/** Values of attributes; `null` is left out. */
export type Attributes = Record<string, string | number | readonly string[] | null>;

/** The attributes of the span of an invocation. */
export function invocationAttributes(run: ObservedRun, invocation: Invocation): Attributes {
  const { status, tool, model, responseModel, attempts, cost, failure } = invocation;
  return {
    [NAMES.operation]: 'invoke_agent',
    ...logged({ agent: run.agent, session: run.session, model, response_model: responseModel }),
    [NAMES.invocation]: run.id,
    [NAMES.parent]: run.parentId,
    [NAMES.status]: status,
    [NAMES.policy]: run.policy,
    [NAMES.sourceAgent]: run.sourceAgent,
    [NAMES.tool]: tool,
    [NAMES.attempts]: attempts.length,
    ...costAttributes(cost),
    ...logged({ failure: failure?.type ?? null }),
    ...textAttributes(run, invocation),
  };
}

/** The attributes of the span of a race, which has no attempts of its own. */
export function raceAttributes(run: ObservedRun, invocation: Invocation, race: RaceDocument): Attributes {
  return {
    ...invocationAttributes(run, invocation),
    [NAMES.operation]: null,
    [NAMES.attempts]: null,
    [NAMES.raceMode]: race.mode,
    [NAMES.raceCandidates]: race.candidates.length,
    [NAMES.raceWinner]: race.winner_id,
    [NAMES.raceApplied]: race.applied,
  };
}

/** The attributes of the span of the command that has judged the change of a candidate. */
export function verifyAttributes({ id, tool, exitCode, failure }: ObservedVerification): Attributes {
  return {
    [NAMES.invocation]: id,
    [NAMES.tool]: tool,
    [NAMES.exitCode]: exitCode,
    ...logged({ failure: failure?.type ?? null }),
  };
}

/** An attempt, with what only its outcome says. */
export interface EndedAttempt {
  record: Attempt;
  responseModel: string | null;
  finishReason: FinishReason;
}

/** The attributes of the span of an attempt. */
export function attemptAttributes(run: ObservedRun, ended: EndedAttempt): Attributes {
  const { record, responseModel, finishReason } = ended;
  const { tool, model, failure } = record;
  const api = run.apiOf(tool);
  return {
    [NAMES.operation]: operationOf(api),
    ...logged({
      agent: api === null ? tool : null,
      provider: conventionalProvider(run.providerOf(model)),
      model,
      response_model: responseModel,
    }),
    [LOGGED.finish_reason]: failure === null && finishReason !== 'unknown' ? [finishReason] : null,
    [NAMES.requestId]: record.requestId,
    ...usageAttributes(record.usage),
    ...serverAttributes(api),
    [NAMES.httpStatus]: failure?.httpStatus ?? null,
    [NAMES.exitCode]: record.exitCode,
    [NAMES.invocation]: run.id,
    [NAMES.status]: record.status,
    [NAMES.attempt]: record.n,
    [NAMES.tool]: tool,
    ...costAttributes(record.cost),
    [NAMES.firstOutput]: secondsOf(record.firstOutputMs),
    ...logged({ failure: failure?.type ?? null }),
  };
}

/** The attributes of the span of a call that a tool made to its provider. */
export function callAttributes(run: ObservedRun, call: ProviderCall): Attributes {
  return {
    [NAMES.operation]: 'chat',
    ...logged({ provider: conventionalProvider(run.providerOf(call.model)), model: call.model }),
    ...usageAttributes(call.usage),
    [NAMES.httpStatus]: call.status,
    [NAMES.invocation]: run.id,
    ...costAttributes(call.cost),
    [NAMES.firstOutput]: secondsOf(call.firstOutputMs),
    ...logged({ failure: call.failure?.type ?? null }),
  };
}

/** What a run waited for. */
export interface Wait {
  kind: 'retry' | 'queue';
  attempt: number;
  tool: string;
  model: string | null;
  reason: string | null;
  startMs: number;
}

/** The attributes of the span of a wait. */
export function waitAttributes(run: ObservedRun, wait: Wait): Attributes {
  return {
    [NAMES.invocation]: run.id,
    [NAMES.tool]: wait.tool,
    [NAMES.attempt]: wait.attempt,
    [NAMES.waitKind]: wait.kind,
    [NAMES.waitReason]: wait.reason,
  };
}

/** The attributes of the metrics of an attempt: names of the config alone, so that their number is bounded. */
export function metricAttributes(run: ObservedRun, { tool, model }: Attempt): Attributes {
  return {
    [NAMES.operation]: operationOf(run.apiOf(tool)),
    ...logged({ provider: conventionalProvider(run.providerOf(model)), model }),
    [NAMES.tool]: tool,
  };
}

/** All input, cached tokens included, as the conventions count it; `null`: not reported. */
export function inputTokensOf(usage: Usage | null): number | null {
  if (usage === null) return null;
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage;
  const known = [inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens].filter(
    (count) => count !== null,
  );
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

/** A provider API answers a chat; any other tool works as an agent. */
export function operationOf(api: string | null): 'chat' | 'invoke_agent' {
  return api === null ? 'invoke_agent' : 'chat';
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

/** Fields of the log under their names in OpenTelemetry. */
function logged(fields: { [field in keyof typeof LOGGED]?: string | number | null }): Attributes {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [LOGGED[field as keyof typeof LOGGED], value]),
  );
}

function usageAttributes(usage: Usage | null): Attributes {
  if (usage === null) return {};
  const { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, outputTokens, reasoningTokens } = usage;
  const written =
    cacheWriteTokens === null && cacheWrite1hTokens === null
      ? null
      : (cacheWriteTokens ?? 0) + (cacheWrite1hTokens ?? 0);
  return logged({
    input_tokens: inputTokensOf(usage),
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: written,
    output_tokens: outputTokens,
    reasoning_tokens: reasoningTokens,
  });
}

function costAttributes(cost: Cost | null): Attributes {
  const known = costDocument(cost);
  if (known === null || known.usd === null) return {};
  return { [NAMES.costUsd]: known.usd, [NAMES.costBasis]: known.basis };
}

function serverAttributes(api: string | null): Attributes {
  if (api === null || !URL.canParse(api)) return {};
  const { hostname, port, protocol } = new URL(api);
  return { [NAMES.server]: hostname, [NAMES.port]: Number(port) || (protocol === 'https:' ? 443 : 80) };
}

/** So many characters of a text are sent: collectors refuse messages of some megabytes. */
const MOST_CHARS = 65_536;

function textAttributes({ texts, redactor }: ObservedRun, { text, finishReason }: Invocation): Attributes {
  if (texts === null) return {};
  const part = (words: string) => ({ type: 'text', content: redactor.text(words).slice(0, MOST_CHARS) });
  const input = texts.messages.map(({ role, text: words }) => ({ role, parts: [part(words)] }));
  const reason = finishReason === 'tool_use' ? 'tool_call' : (finishReason ?? 'error');
  const output = { role: 'assistant', parts: [part(text ?? '')], finish_reason: reason };
  return {
    [NAMES.system]: texts.system === null ? null : JSON.stringify([part(texts.system)]),
    [NAMES.input]: JSON.stringify(input),
    [NAMES.output]: text === null ? null : JSON.stringify([output]),
  };
}
