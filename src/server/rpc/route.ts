import type { OutgoingHttpHeaders } from 'node:http';
import { didYouMean } from '../../diagnostics/suggest.js';
import { failure } from '../../domain/failure.js';
import { err } from '../../domain/result.js';
import { readJson } from '../body.js';
import { callerContext, correlationHeaders, looseTraceId } from '../caller.js';
import { refuse, retryAfter, sendJson } from '../reply.js';
import type { Route, RouteContext } from '../route.js';
import { shapeTrouble } from '../shape.js';
import { endResponse } from '../slow-client.js';
import type { Method, MethodCall } from './method.js';
import { METHODS } from './methods.js';
import {
  type Call,
  type CallId,
  callOf,
  errorDocument,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  type RpcError,
  resultDocument,
  statusOf,
} from './protocol.js';
import { streamEvents } from './stream.js';

/** JSON-RPC 2.0 over POST. The HTTP status says nothing of the calls, which say it themselves, except for a queue that is full. */
export const rpc: Route = { method: 'POST', path: '/rpc', handle: answer };
export const rpcAlias: Route = { ...rpc, path: '/api/v1/jsonrpc' };

/** Calls of one request. */
const MOST_CALLS = 100;

async function answer(context: RouteContext): Promise<void> {
  const { response, service } = context;
  const { config } = service.active();
  const body = await readJson(context, config.server.maxBodyBytes);
  if (!body.ok) {
    const { error } = body;
    if ('refusal' in error) return refuse(response, error.refusal);
    return sendError(context, PARSE_ERROR, error.notJson);
  }
  if (!Array.isArray(body.value)) return answerOne(context, body.value);
  if (body.value.length === 0) return sendError(context, INVALID_REQUEST, 'a batch must not be empty');
  if (body.value.length > MOST_CALLS)
    return sendError(context, INVALID_REQUEST, `a batch has at most ${MOST_CALLS} calls`);
  const answers = await Promise.all(body.value.map((one) => answerOf(context, one)));
  const given = answers.flatMap((one) => (one.document === null ? [] : [one.document]));
  if (given.length > 0) sendJson(response, 200, given);
  else sendNothing(context);
}

async function answerOne(context: RouteContext, value: unknown): Promise<void> {
  const call = callOf(value);
  if (call.ok && call.value.id !== undefined && wantsEvents(context, call.value))
    return answerWithEvents(context, { ...call.value, id: call.value.id });
  const { document, error, headers } = await answerOf(context, value);
  if (document === null) return sendNothing(context);
  sendJson(context.response, error === null ? 200 : statusOf(error), document, headers);
}

function wantsEvents({ request }: RouteContext, { method }: Call): boolean {
  return method === 'llm.stream' && /\btext\/event-stream\b/.test(request.headers.accept ?? '');
}

async function answerWithEvents(context: RouteContext, call: Call & { id: CallId }): Promise<void> {
  const fitting = fittingCall(context, call);
  const error = 'error' in fitting ? fitting.error : await streamEvents(fitting.call, context);
  if (error === null) return;
  const document = errorDocument(call.id, error, errorContext(context, call.params.a2a_context));
  sendJson(context.response, statusOf(error), document, retryAfter(error.failure));
}

/** The answer to one call; no document: it was a notification. */
interface Answer {
  document: object | null;
  error: RpcError | null;
  headers: OutgoingHttpHeaders;
}

async function answerOf(context: RouteContext, value: unknown): Promise<Answer> {
  const call = callOf(value);
  if (!call.ok) {
    const { id, error } = call.error;
    if (id === undefined) return { document: null, error: null, headers: {} };
    return { document: errorDocument(id, error, errorContext(context)), error, headers: {} };
  }
  const { id, params } = call.value;
  const fitting = fittingCall(context, call.value);
  const result = 'error' in fitting ? err(fitting.error) : await fitting.method.call(fitting.call);
  if (id === undefined) return { document: null, error: null, headers: {} };
  if (result.ok) {
    const headers = 'call' in fitting ? correlationHeaders(fitting.call.context) : {};
    return { document: resultDocument(id, result.value), error: null, headers };
  }
  const { error } = result;
  const known =
    'call' in fitting
      ? { ...errorContext(context), traceId: fitting.call.context.trace_id }
      : errorContext(context, params.a2a_context);
  return { document: errorDocument(id, error, known), error, headers: retryAfter(error.failure) };
}

/** What an error needs of its request. */
function errorContext({ service, request }: RouteContext, a2aContext?: unknown) {
  const traceId = looseTraceId(a2aContext, request.headers, service.world.random);
  return { traceId, redactor: service.active().host.redactor };
}

/** A call of a method that there is, with parameters that fit it. */
type Fitting = { method: Method; call: MethodCall } | { error: RpcError };

function fittingCall({ service, request, gone }: RouteContext, { method: name, params }: Call): Fitting {
  const method = METHODS.find((one) => one.name === name);
  if (method === undefined) {
    const hint = didYouMean(
      name,
      METHODS.map((one) => one.name),
      'methods',
    );
    const failed = failure('usage', `unknown method \`${name.slice(0, 60)}\``, { hint });
    return { error: { code: METHOD_NOT_FOUND, failure: failed } };
  }
  const misfit = shapeTrouble(method.params, params);
  if (misfit !== null) return { error: { code: INVALID_PARAMS, failure: misfit.failure } };
  const context = callerContext(params.a2a_context, request.headers, service.world.random);
  return { method, call: { params, context, service, gone } };
}

function sendError(context: RouteContext, code: number, message: string): void {
  const error = { code, failure: failure('usage', message) };
  sendJson(context.response, 200, errorDocument(null, error, errorContext(context)));
}

/** Notifications alone get no answer. */
function sendNothing({ response }: RouteContext): void {
  if (response.destroyed) return;
  response.writeHead(204, { 'cache-control': 'no-store' });
  endResponse(response, '');
}
