import { failure } from '../../domain/failure.js';
import { isMap } from '../../domain/lookup.js';
import type { Request } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Misfit } from '../../shapes/misfit.js';
import { readJson } from '../body.js';
import { type CallerContext, callerContext } from '../caller.js';
import { sendJson } from '../reply.js';
import type { Route, RouteContext } from '../route.js';
import { runRequest } from '../runs.js';
import { shapeTrouble } from '../shape.js';
import { streamChat } from './chat-stream.js';
import { answerHeaders, completionDocument } from './documents.js';
import { refuseOpenai, sendOpenaiError } from './error.js';
import { type ChatBody, chatRequest } from './request.js';

/** What OpenAI's clients call. */
export const chatCompletions: Route = { method: 'POST', path: '/v1/chat/completions', handle: answer };

/** A completion that was asked for. */
export interface Chat {
  body: ChatBody;
  request: Request;
  context: CallerContext;
}

async function answer(routed: RouteContext): Promise<void> {
  const { response, service } = routed;
  const { config, host } = service.active();
  const body = await readJson(routed, config.server.maxBodyBytes);
  const trouble = body.ok ? null : body.error;
  if (trouble !== null && 'refusal' in trouble) return refuseOpenai(response, trouble.refusal);
  const chat = body.ok ? chatOf(routed, body.value) : err(notJson(trouble?.notJson ?? ''));
  if (!chat.ok) {
    const { failure: failed, param } = chat.error;
    return sendOpenaiError(response, failed, { param, redactor: host.redactor, hasRun: false });
  }
  const { body: asked, ...run } = chat.value;
  if (asked.stream !== true) return complete(routed, chat.value);
  const wantsUsage = asked.stream_options?.include_usage === true;
  return streamChat(routed, { ...run, model: asked.model, wantsUsage });
}

async function complete(routed: RouteContext, { request, context, body }: Chat): Promise<void> {
  const { response, service, gone } = routed;
  const { redactor } = service.active().host;
  const run = await runRequest(service, request, { gone });
  if (!run.ok) return sendOpenaiError(response, run.error, { redactor, hasRun: false });
  const { id, startedAt, failure: failed } = run.value;
  const headers = answerHeaders(id, context);
  if (failed !== null) return sendOpenaiError(response, failed, { redactor, hasRun: true, headers });
  const head = { id, created: secondsOf(startedAt), model: body.model };
  sendJson(response, 200, completionDocument(head, { invocation: run.value, context, redactor }), headers);
}

/** An ISO time as seconds since the epoch. */
export function secondsOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

function chatOf({ request, service }: RouteContext, value: unknown): Result<Chat, Misfit> {
  const body = isMap(value) ? withoutNulls(value) : value;
  const misfit = shapeTrouble('chat', body);
  if (misfit !== null) return err(misfit);
  const { world } = service;
  const { config } = service.active();
  const chat = body as unknown as ChatBody & { a2a_context?: unknown };
  const context = callerContext(chat.a2a_context, request.headers, world.random);
  const asked = chatRequest(chat, context, { config, cwd: world.cwd });
  return asked.ok ? ok({ body: chat, request: asked.value, context }) : asked;
}

/** Clients send `null` for what they do not set. */
function withoutNulls(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function notJson(message: string): Misfit {
  return { param: null, failure: failure('usage', message) };
}
