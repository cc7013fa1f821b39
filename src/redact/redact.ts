import { maskAll, type Pattern } from '../regex/pattern.js';

/** Takes secrets out of text and values before they leave the program. */
export interface Redactor {
  text(text: string): string;
  /** A copy of a JSON-like value with every string (keys included) redacted. */
  value<T>(value: T): T;
}

/** What stands in the place of a secret. */
export const MASK = '[redacted]';

/** A shorter value is too likely to be an ordinary word. */
const MIN_SECRET_LENGTH = 8;

/** Shapes of well-known tokens; each is followed by the vendor's own prefix rules. */
const TOKEN_SHAPES: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}/g, // OpenAI, Anthropic (sk-ant-), OpenRouter (sk-or-)
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g, // Google
  /\bya29\.[A-Za-z0-9_-]{20,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g, // AWS
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g, // Slack
  /\bglpat-[A-Za-z0-9_-]{16,}/g, // GitLab
  /\bhf_[A-Za-z0-9]{20,}/g, // Hugging Face
  /\bgsk_[A-Za-z0-9]{20,}/g, // Groq
  // JSON web token: only the first `eyJ` of a word is tried, since each try goes through the rest of it.
  /(?<![A-Za-z0-9_-])(?=([A-Za-z0-9_-]*?\beyJ))\1[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  /(?<=\bBearer\s)[A-Za-z0-9._~+/-]{12,}=*/gi,
];

/** A redactor for the given secret values, the user's own patterns, and well-known token shapes. */
export function createRedactor(secrets: readonly string[] = [], patterns: readonly Pattern[] = []): Redactor {
  const values = [...new Set(secrets.flatMap(spellings))].sort((a, b) => b.length - a.length);
  const text = (input: string): string => {
    let output = input;
    for (const value of values) output = output.replaceAll(value, MASK);
    for (const shape of patterns) output = maskAll(shape, output, MASK);
    if (output.length < MIN_SECRET_LENGTH) return output;
    for (const shape of TOKEN_SHAPES) output = output.replace(shape, MASK);
    return output;
  };
  return { text, value: (value) => redactValue(value, text) as typeof value };
}

/** A secret as it may appear: as it is, inside a JSON string, and percent-encoded in a URL. */
function spellings(secret: string): string[] {
  if (secret.length < MIN_SECRET_LENGTH) return [];
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())];
}

function redactValue(value: unknown, text: (input: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, text));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), redactValue(item, text)]));
}
