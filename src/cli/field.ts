import { didYouMean } from '../diagnostics/suggest.js';
import {
  costDocument,
  type InvocationDocument,
  invocationDocument,
  usageDocument,
} from '../domain/document.js';
import { type Failure, failure } from '../domain/failure.js';
import { unrunInvocation } from '../domain/invocation.js';
import { EMPTY_PLAN } from '../domain/plan.js';
import { err, ok, type Result } from '../domain/result.js';
import { NO_USAGE } from '../domain/usage.js';

/** One field of a document, as it is printed. */
export type Field = { found: true; text: string } | { found: false };

/** The keys of a `--field` path; a `usage` failure when no document can ever have it. */
export function fieldPath(dotted: string): Result<string[], Failure> {
  const keys = dotted.split('.');
  let value: unknown = SHAPE;
  for (const key of keys) {
    if (!isFixed(value)) break;
    if (!Object.hasOwn(value, key)) {
      const hint = didYouMean(key, Object.keys(value), 'fields') ?? null;
      return err(failure('usage', `--field: no document has \`${dotted}\``, { hint }));
    }
    value = value[key];
  }
  return ok(keys);
}

/** Scalars as they are, objects and lists as JSON; `null` is no value. */
export function fieldOf(document: InvocationDocument, keys: readonly string[]): Field {
  const value = keys.reduce<unknown>(
    (from, key) =>
      typeof from === 'object' && from !== null && Object.hasOwn(from, key)
        ? (from as Record<string, unknown>)[key]
        : null,
    document,
  );
  if (value === null || value === undefined) return { found: false };
  return { found: true, text: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** A map whose keys are known beforehand: not a list, and not what only a run can tell. */
function isFixed(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document with everything in it that has keys of its own. */
const SHAPE = {
  ...invocationDocument(
    unrunInvocation({
      id: '',
      traceId: '',
      startedAt: '',
      parentId: null,
      session: null,
      sourceAgent: null,
      failure: failure('internal', ''),
      plan: EMPTY_PLAN,
    }),
  ),
  usage: usageDocument(NO_USAGE),
  cost: costDocument({ chargedMicroUsd: null, listMicroUsd: null, basis: 'unknown', billing: 'api' }),
};
