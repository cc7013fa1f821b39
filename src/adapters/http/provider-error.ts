import { isMap } from '../../domain/lookup.js';
import { at, listAt, parseJson } from './json.js';
import type { ProviderError } from './wire.js';

/** The error in the body of a failed response: JSON of any provider, an HTML page, or nothing. */
export function errorInBody(text: string): ProviderError {
  const body = parseJson(text);
  if (typeof body === 'string') return { status: null, codes: [], message: body, raw: text };
  if (typeof body !== 'object' || body === null)
    return { status: null, codes: [], message: pageWords(text), raw: text };
  return { ...errorOf(body), raw: text };
}

/**
 * The error instead of an answer, or in the middle of one; `null`: the JSON value has none. OpenAI, OpenRouter
 * and Anthropic write `error: {…}`, some servers `error: "…"`, vLLM `{object: "error", …}`, MiniMax `base_resp`; gateways in front of
 * them also their own shapes.
 */
export function errorIn(body: unknown): ProviderError | null {
  if (Array.isArray(body)) return body.map(errorIn).find((error) => error !== null) ?? null;
  if (!isError(body)) return null;
  return { ...errorOf(body), raw: JSON.stringify(body).slice(0, MAX_RAW_CHARS) };
}

function isError(body: unknown): boolean {
  const code = at(body, 'base_resp', 'status_code');
  return (
    isGiven(at(body, 'error')) ||
    at(body, 'object') === 'error' ||
    at(body, 'type') === 'error' ||
    at(body, 'status') === 'error' ||
    (typeof code === 'number' && code !== 0) ||
    (isMap(body) && !PARTS_OF_ANSWERS.some((name) => isGiven(body[name])) && isBareError(body))
  );
}

/** An error without a name for it: `{code, message}`, `{detail}`, `{errors: […]}`, `{error_code, error_msg}`, `{success: false}`. */
function isBareError(body: Readonly<Record<string, unknown>>): boolean {
  const isCoded = ['code', 'error_code', 'errorCode', 'statusCode', 'status_code'].some(
    (name) => isGiven(body[name]) && Number(body[name]) !== 0 && Number(body[name]) !== 200,
  );
  const isTold = ['message', 'msg', 'Message'].some((name) => isGiven(body[name]));
  const isNamed = ['detail', 'errors', 'fault', 'error_msg', 'errorMessage', '__type'].some((name) =>
    isGiven(body[name]),
  );
  return isNamed || body.success === false || (isCoded && isTold);
}

/** What events and answers of every protocol have, some of them always. */
const PARTS_OF_ANSWERS = ['choices', 'content', 'delta', 'usage', 'type'];

function isGiven(value: unknown): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value !== undefined && value !== null && value !== '' && value !== false && !isEmpty;
}

const MAX_RAW_CHARS = 4096;
/** Gateways nest errors in errors, some as text. */
const MAX_DEPTH = 6;
const MAX_MESSAGES = 3;

const MESSAGES = [
  ...[
    'message',
    'Message',
    'msg',
    'error',
    'error_message',
    'errorMessage',
    'error_msg',
    'error_description',
  ],
  ...['detail', 'details', 'description', 'faultstring', 'status_msg', 'raw', 'title'],
];
const CODES = [
  ...['code', 'type', 'status', 'reason', 'error_code', 'errorCode', 'error_type', 'errorcode', 'err_code'],
  ...['status_code', 'statusCode', '__type', 'blockReason', 'quotaId'],
];
const PARTS = [
  ...['error', 'errors', 'message', 'detail', 'details', 'metadata', 'fault', 'innererror', 'raw'],
  ...['err', 'cause', 'response', 'body', 'violations'],
];

interface Found {
  status: number | null;
  codes: string[];
  messages: string[];
}

function errorOf(body: unknown): Omit<ProviderError, 'raw'> {
  const found: Found = { status: null, codes: [], messages: [] };
  gather(body, found, 0);
  const messages = [...new Set(found.messages)].slice(0, MAX_MESSAGES);
  return { status: found.status, codes: [...new Set(found.codes)], message: messages.join(': ') };
}

function gather(value: unknown, found: Found, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value.slice(0, MAX_MESSAGES)) gather(item, found, depth + 1);
    return;
  }
  if (!isMap(value)) return;
  for (const name of CODES) takeCode(at(value, name), found);
  takeMiniMax(at(value, 'base_resp'), found);
  if (listAt(value, 'metadata', 'reasons').length > 0) found.codes.push('moderation');
  for (const name of MESSAGES) takeMessage(at(value, name), found, depth);
  for (const name of PARTS) gather(at(value, name), found, depth + 1);
}

/** A longer text is no code, and searching it is slow. */
const MOST_CODE_CHARS = 256;

function takeCode(code: unknown, found: Found): void {
  if (/^[345]\d\d$/.test(String(code))) found.status ??= Number(code);
  else if (typeof code === 'number') found.codes.push(String(code));
  else if (typeof code === 'string' && code !== '' && code.length <= MOST_CODE_CHARS)
    found.codes.push(normalised(code));
}

/** The numbers of MiniMax have other meanings than those of others. */
function takeMiniMax(base: unknown, found: Found): void {
  if (!isMap(base)) return;
  found.codes.push(`minimax_${at(base, 'status_code')}`);
  takeMessage(at(base, 'status_msg'), found, 0);
}

/** `QuotaExceeded`, `RESOURCE_EXHAUSTED` and `quota-exceeded` in one spelling. */
function normalised(code: string): string {
  return code
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
}

/** A gateway passes on the error of its provider as JSON text. */
function takeMessage(message: unknown, found: Found, depth: number): void {
  if (typeof message !== 'string' || message.trim() === '') return;
  const inner = /^\s*[[{]/.test(message) ? parseJson(message) : undefined;
  if (typeof inner === 'object' && inner !== null) gather(inner, found, depth + 1);
  else found.messages.push(message);
}

/** The title of a page, else its text. No `<` can be in a tag, so that the time is in proportion to the text. */
function pageWords(text: string): string {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(text)?.[1];
  return (title ?? withoutCode(text).replace(/<[^<>]*>/g, ' ')).trim();
}

function withoutCode(page: string): string {
  const parts = page.split(/<\/(?:script|style)>/i);
  return parts.map((part) => part.replace(/<(?:script|style)[\s\S]*$/i, '')).join(' ');
}
