import { at, listAt, parseJson, textAt } from './json.js';
import type { ProviderError } from './wire.js';

/** What the body of a failed answer says, whatever it is made of: JSON of any provider, a page, or nothing. */
export function errorInBody(text: string): ProviderError {
  const body = parseJson(text);
  return errorIn(body) ?? { status: null, codes: [], message: body === undefined ? pageWords(text) : '' };
}

/**
 * The error that a JSON value holds; `null` where it holds none. OpenAI, OpenRouter and Anthropic write `error: {…}`, some local
 * servers `error: "…"`, vLLM `{object: "error", message, code}`, others `detail` or `message` alone.
 */
export function errorIn(body: unknown): ProviderError | null {
  const error = at(body, 'error');
  if (typeof error === 'string' && error !== '') return { status: null, codes: [], message: error };
  if (typeof error === 'object' && error !== null) return errorObject(error);
  const isError = at(body, 'object') === 'error' || at(body, 'type') === 'error';
  const message = textAt(body, 'message') ?? detailText(body);
  return isError || message !== null ? errorObject({ ...Object(body), message: message ?? '' }) : null;
}

function errorObject(error: object): ProviderError {
  const code = at(error, 'code');
  const words = [
    at(error, 'details', 'error_code'),
    code,
    at(error, 'metadata', 'error_type'),
    at(error, 'type'),
    listAt(error, 'metadata', 'reasons').length > 0 ? 'moderation' : null,
  ];
  return {
    status: isStatus(code) ? Number(code) : null,
    codes: words.flatMap((word) => (typeof word === 'string' && word !== '' ? [word.toLowerCase()] : [])),
    message: [textAt(error, 'message'), rawText(error)].filter((part) => part !== null).join(': '),
  };
}

/** OpenRouter hands on what its own provider said. */
function rawText(error: object): string | null {
  const raw = textAt(error, 'metadata', 'raw');
  return raw === null ? null : (textAt(parseJson(raw), 'error', 'message') ?? raw);
}

/** FastAPI puts its findings into a list. */
function detailText(body: unknown): string | null {
  const first = listAt(body, 'detail')[0];
  return textAt(body, 'detail') ?? textAt(first, 'msg');
}

function isStatus(code: unknown): boolean {
  return /^[345]\d\d$/.test(String(code));
}

/** The title of a page, else its words. */
function pageWords(text: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1];
  return (title ?? text.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')).trim();
}
