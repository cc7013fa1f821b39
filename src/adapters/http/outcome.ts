import type { Outcome } from '../../domain/attempt.js';
import { briefDuration } from '../../domain/duration.js';
import { type Failure, type FailureType, failure } from '../../domain/failure.js';
import { plausibleName } from '../../domain/plausible.js';
import { PROXY_ERROR } from './agents.js';
import type { HttpEnd } from './call.js';
import { hintFor, typeOfRefusal } from './failures.js';
import { type Headers, header } from './limits.js';
import type { Answer, HttpTask, ProviderError, Wire } from './wire.js';

/** A finished call, with everything that was read. */
export interface FinishedCall {
  wire: Wire;
  task: HttpTask;
  /** Size of the request's body. */
  requestBytes: number;
  end: HttpEnd;
  /** Masks secrets. */
  redact: (text: string) => string;
  /** `null`: no response. */
  response: { status: number; headers: Headers } | null;
  /** The error of the provider; `null` for an answer. */
  refusal: ProviderError | null;
  answer: Answer;
  text: string;
  /** What is wrong with the form of the answer: not JSON, too long. */
  malformed: { message: string; hint: string | null } | null;
  /** Text instead of an event of the answer; `null`: none. */
  stray: string | null;
  /** A warning about invalid bytes of the answer; `null`: none. */
  oddity: string | null;
  /** From the start to the first sign of an answer, ms. */
  firstOutputMs: number | null;
}

/** The outcome of a call: text, usage and cost as far as received, and the failure, if any. */
export function outcomeOf(call: FinishedCall): Outcome {
  const { answer } = call;
  const failed = failureOf(call);
  return {
    failure: failed,
    text: call.text,
    usage: answer.usage,
    reportedCostMicroUsd: answer.costMicroUsd,
    isPriceUnknown: hasOtherPrice(call),
    rejectedUnbilled: failed !== null && wasRejectedUnbilled(call),
    finishReason: failed !== null && answer.finishReason !== 'content_filter' ? 'error' : answer.finishReason,
    responseModel: answer.responseModel,
    toolSessionId: failed === null ? answer.sessionId : null,
    requestId: requestIdOf(call),
    data: null,
    exitCode: null,
    firstOutputMs: call.firstOutputMs === null ? null : Math.round(call.firstOutputMs),
    warnings: failed === null ? warningsOf(call) : [],
  };
}

/** Whether it is a request that no provider bills: refused, sent on, or never received. A 500 or 504 may come after the work was done. */
export function wasRejectedUnbilled({ end, response, refusal }: FinishedCall): boolean {
  if (response === null)
    return end.ended === 'timeout' ? end.phase === 'connect' : end.ended === 'broken' && wasNeverSent(end);
  const { status } = response;
  if (refusal === null) return false;
  return (status >= 300 && status <= 499 && status !== 408 && status !== 409) || [503, 529].includes(status);
}

function wasNeverSent({ code, message }: { code: string; message: string }): boolean {
  const isSent = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code);
  return TLS.test(code) || /^Bad response: /.test(message) || (!isSent && Object.hasOwn(CAUSES, code));
}

function failureOf(call: FinishedCall): Failure | null {
  return failureOfCall(call) ?? emptyFailure(call);
}

/** Why a call failed; `null`: a complete answer, which may be without text, such as the call of a tool. */
export function failureOfCall(call: FinishedCall): Failure | null {
  const { end, response, answer, malformed } = call;
  if (end.ended === 'cancelled') return fail(call, 'cancelled', 'was cancelled');
  // A time limit after the end of the answer, or behind the status of an error, only closes the connection.
  if (end.ended === 'timeout' && !answer.ended && call.refusal === null)
    return timeoutFailure(call, end.phase);
  if (call.refusal !== null) return refusalFailure(call, call.refusal);
  if (answer.error !== null) return refusalFailure(call, answer.error);
  if (end.ended === 'broken' && !answer.ended) return brokenFailure(call, end);
  if (malformed !== null) return fail(call, 'invalid_response', malformed.message, malformed.hint);
  if (response === null) return fail(call, 'connection', 'gave no answer');
  return classifyCall(call);
}

/** Checks that a well-formed answer is complete. */
function classifyCall(call: FinishedCall): Failure | null {
  const { answer } = call;
  if (answer.refusal !== null)
    return fail(call, 'refused', withWords(call, 'refused to answer', answer.refusal));
  if (!answer.ended)
    return fail(
      call,
      'invalid_response',
      withWords(call, 'ended its answer before it was complete', call.stray ?? ''),
    );
  if (answer.finishReason === 'error')
    return fail(call, 'provider_error', `broke its answer off with \`${answer.finishWord}\``);
  return null;
}

function emptyFailure(call: FinishedCall): Failure | null {
  if (call.text.trim() !== '') return null;
  const hint =
    call.answer.finishReason === 'length' ? 'its thoughts took every token: raise `max_tokens`' : null;
  return fail(call, 'invalid_response', 'gave an empty answer', hint);
}

function refusalFailure(call: FinishedCall, error: ProviderError): Failure {
  const { wire, task, response } = call;
  const isInside = call.refusal === null;
  const status = isInside ? error.status : (response?.status ?? null);
  const type = typeOfRefusal({ status, error });
  const location = status !== null && status < 400 ? header(response?.headers ?? {}, 'location') : null;
  const said = isInside ? 'failed in the middle of its answer' : `answered ${status}`;
  const hint =
    location === null
      ? (wire.hint(type, task, error) ?? hintFor(type, { keys: task.tool.apiKeyEnv, model: task.modelName }))
      : `it sends requests on to \`${shortened(call.redact(location))}\`: set \`base_url\` if that is right`;
  return {
    ...fail(call, type, withWords(call, said, error.message), hint),
    httpStatus: status,
    isUnexplained: type === 'invalid_request',
  };
}

function timeoutFailure(call: FinishedCall, phase: Extract<HttpEnd, { ended: 'timeout' }>['phase']): Failure {
  const { tool, timeoutMs, idleTimeoutMs } = call.task;
  const silent = briefDuration(idleTimeoutMs ?? 0);
  const [message, hint] = {
    connect: [
      `did not accept a connection within ${briefDuration(tool.connectTimeoutMs)}`,
      'raise `connect_timeout`',
    ],
    first_output: [`gave no answer for ${silent}`, 'raise `idle_timeout`, if the model thinks for so long'],
    idle: [`fell silent for ${silent} in the middle of its answer`, 'raise `idle_timeout`'],
    attempt: [
      `did not finish within ${briefDuration(timeoutMs)}`,
      'raise `timeout` of the agent or the tool',
    ],
  }[phase] as [string, string];
  return { ...fail(call, 'timeout', message, hint), phase };
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'the system gave the connection up',
};
const TLS = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/;

/** More text than most windows hold. A server may close the connection while it is being sent; its answer can be lost with it. */
const LARGE_BYTES = 2 ** 20;

function brokenFailure(call: FinishedCall, { code, message }: { code: string; message: string }): Failure {
  if (call.response !== null)
    return fail(
      call,
      'invalid_response',
      `broke off in the middle of its answer: ${connectionProblem(code, message)}`,
    );
  if (['ECONNRESET', 'EPIPE'].includes(code) && call.requestBytes > LARGE_BYTES)
    return fail(
      call,
      'context_too_large',
      `closed the connection on a request of ${(call.requestBytes / 2 ** 20).toFixed(1)} MiB`,
      hintFor('context_too_large', { keys: [], model: null }),
    );
  if (code.startsWith('HPE_') || code === 'ERR_UPGRADED')
    return fail(call, 'invalid_response', `did not answer in HTTP: ${message}`);
  return fail(
    call,
    'connection',
    `cannot be reached: ${connectionProblem(code, message)}`,
    connectionHint(call, code, message),
  );
}

/** Why a connection failed, as text. */
export function connectionProblem(code: string, message: string): string {
  const proxy = /^Bad response: (\d+)/.exec(message)?.[1];
  if (proxy !== undefined) return `the proxy answered ${proxy}`;
  const isProxy = message.startsWith(PROXY_ERROR);
  const cause = Object.hasOwn(CAUSES, code) ? CAUSES[code] : null;
  const said = isProxy ? message.slice(PROXY_ERROR.length) : message;
  const why = cause === null ? said.replace(/\s+/g, ' ') : `${cause} (${code})`;
  return isProxy ? `the proxy cannot be reached: ${why}` : why;
}

function connectionHint({ task }: FinishedCall, code: string, message: string): string | null {
  if (/^Bad response: /.test(message) || message.startsWith(PROXY_ERROR))
    return 'check `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY`, and `NO_PROXY`';
  if (TLS.test(code))
    return 'its certificate is not trusted here; name the file of its authority in `NODE_EXTRA_CA_CERTS`';
  if (code === 'ENOTFOUND') return `check \`base_url\` of tool \`${task.tool.name}\``;
  return code === 'ECONNREFUSED' ? (task.tool.installHint ?? 'start it, or check `base_url`') : null;
}

function fail(call: FinishedCall, type: FailureType, said: string, hint: string | null = null): Failure {
  const { task, response } = call;
  const id = requestIdOf(call);
  return failure(type, `\`${task.tool.name}\` ${said}${id === null ? '' : ` (request \`${id}\`)`}`, {
    hint,
    tool: task.tool.name,
    model: task.modelName,
    httpStatus: response?.status ?? null,
  });
}

function requestIdOf({ response, answer }: FinishedCall): string | null {
  const headers = response?.headers ?? {};
  const inHeaders = header(headers, 'x-request-id') ?? header(headers, 'request-id');
  return plausibleName(inHeaders) ?? answer.id;
}

/** The provider's message, without secrets, on one line and shortened. */
function withWords({ redact }: FinishedCall, said: string, words: string): string {
  const line = redact(words).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (line === '') return said;
  return `${said}: ${shortened(line)}`;
}

function shortened(line: string): string {
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

function warningsOf(call: FinishedCall): string[] {
  const odd = call.oddity === null ? [] : [`\`${call.task.tool.name}\`: ${call.oddity}`];
  return [...endWarnings(call), ...priceWarnings(call), ...odd];
}

/** With an unknown finish reason the answer may have been cut. */
function endWarnings({ task, answer }: FinishedCall): string[] {
  if (answer.finishReason === 'tool_use')
    return [
      `\`${task.tool.name}\` ended its answer with a tool call, which nothing runs: the answer may be incomplete`,
    ];
  if (answer.finishReason !== 'unknown') return [];
  if (answer.finishWord === null)
    return [`\`${task.tool.name}\` gave no reason for the end of its answer: the answer may be incomplete`];
  return [
    `\`${task.tool.name}\` ended its answer with \`${answer.finishWord}\`, which is not a known end: the answer may be incomplete`,
  ];
}

/** Names of the tier whose prices are in the catalogue. */
const ORDINARY_TIERS = ['auto', 'default', 'standard', 'on_demand'];

/** Whether an answer cost something else than its tokens at the prices of the catalogue. */
export function hasOtherPrice({ answer }: FinishedCall): boolean {
  return isOtherTier(answer) || answer.paidToolCalls > 0;
}

function isOtherTier({ serviceTier }: Answer): boolean {
  return serviceTier !== null && !ORDINARY_TIERS.includes(serviceTier.toLowerCase());
}

function priceWarnings(call: FinishedCall): string[] {
  const { task, answer } = call;
  if (!hasOtherPrice(call) || answer.costMicroUsd !== null) return [];
  const what = isOtherTier(answer)
    ? `answered in the tier \`${answer.serviceTier}\``
    : `used tools of the provider, such as a search, ${times(answer.paidToolCalls)}`;
  return [`\`${task.tool.name}\` ${what}, whose price is unknown, so the cost is unknown`];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
