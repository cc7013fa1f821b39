import { isMap } from '../domain/lookup.js';

/** What a message must hold at a place; a finding of the package's own check of a request. */
interface Finding {
  path: readonly (string | number)[];
  expected: string;
}

const WORDS: Readonly<Record<string, string>> = {
  record: 'an object',
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
};

/** A message to a client, with an error of the package's check in plain words. Other messages stay as they are. */
export function withPlainError<T extends object>(message: T): T {
  const error = 'error' in message ? message.error : null;
  if (!isMap(error) || typeof error.message !== 'string') return message;
  const findings = findingsIn(error.message);
  if (findings === null) return message;
  return { ...message, error: { code: INVALID_PARAMS, message: findings.map(sentence).join('; ') } };
}

/** https://www.jsonrpc.org/specification#error_object */
const INVALID_PARAMS = -32602;

/** The list at the end of a message; `null`: it has none. */
function findingsIn(text: string): readonly Finding[] | null {
  const start = text.indexOf('[\n');
  if (start < 0) return null;
  try {
    const list: unknown = JSON.parse(text.slice(start));
    return Array.isArray(list) && list.length > 0 && list.every(isFinding) ? list : null;
  } catch {
    return null;
  }
}

function isFinding(value: unknown): value is Finding {
  return isMap(value) && Array.isArray(value.path) && typeof value.expected === 'string';
}

function sentence({ path, expected }: Finding): string {
  const place = path.length === 0 ? 'the message' : `\`${path.join('.')}\``;
  return `${place} must be ${WORDS[expected] ?? expected}`;
}
