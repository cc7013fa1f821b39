import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { answerOf, type Failure, type FailureType } from '../../domain/failure.js';
import type { Redactor } from '../../redact/redact.js';
import type { Refusal } from '../admission.js';
import { retryAfter, sendJson } from '../reply.js';

/** The words of OpenAI's clients for an HTTP status. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'not_found_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
};

/** A failure as OpenAI's clients read it. */
export function errorBody(failed: Failure, param: string | null, redactor: Redactor) {
  const { type, message, hint } = failed;
  const kind = TYPES[answerOf(failed).http] ?? 'server_error';
  return { error: { message: redactor.text(said(message, hint)), type: kind, param, code: codeOf(type) } };
}

/** Turns a request away before it is read. */
export function refuseOpenai(response: ServerResponse, { status, message, hint, headers }: Refusal): void {
  const kind = status >= 500 ? 'server_error' : 'invalid_request_error';
  const error = { message: said(message, hint), type: TYPES[status] ?? kind, param: null, code: 'usage' };
  sendJson(response, status, { error }, headers);
}

/** Clients show the message alone. */
function said(message: string, hint: string | null): string {
  return hint === null ? message : `${message}; hint: ${hint}`;
}

/** Clients take a quota that is used up for something else than a rate limit. */
function codeOf(type: FailureType): string {
  return type === 'quota' ? 'insufficient_quota' : type;
}

/** What an error answer needs besides its failure. */
export interface ErrorMore {
  param?: string | null;
  redactor: Redactor;
  /** Whether a run was made: its retries are spent then, and the client's would repeat them. */
  hasRun: boolean;
  headers?: OutgoingHttpHeaders;
}

export function sendOpenaiError(response: ServerResponse, failed: Failure, more: ErrorMore): void {
  const { param = null, redactor, hasRun, headers = {} } = more;
  sendJson(response, answerOf(failed).http, errorBody(failed, param, redactor), {
    ...headers,
    ...retryAfter(failed),
    ...(hasRun && !failed.ofLedger ? { 'x-should-retry': 'false' } : {}),
  });
}
