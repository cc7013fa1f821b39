import { didYouMean } from '../diagnostics/suggest.js';
import type { Cost } from '../domain/cost.js';
import {
  attemptDocument,
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
  let shape: unknown = SHAPE;
  for (const [index, key] of keys.entries()) {
    const part = partOf(shape, key);
    if (part === undefined) {
      const hint = hintFor(shape, { key, before: keys.slice(0, index).join('.') });
      return err(failure('usage', `--field: no document has \`${dotted}\``, { hint }));
    }
    shape = part;
  }
  return ok(keys);
}

/** The shape of a part; `undefined`: there is never such a part. */
function partOf(shape: unknown, key: string): unknown {
  if (shape === ANYTHING) return ANYTHING;
  if (Array.isArray(shape)) return /^\d+$/.test(key) ? (shape[0] ?? ANYTHING) : undefined;
  return isMap(shape) && Object.hasOwn(shape, key) ? shape[key] : undefined;
}

function hintFor(shape: unknown, { key, before }: { key: string; before: string }): string | null {
  if (Array.isArray(shape)) return `\`${before}\` is a list: \`${before}.0\` is its first item`;
  if (isMap(shape)) return didYouMean(key, Object.keys(shape), 'fields') ?? null;
  return `\`${before}\` is one value, without fields`;
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

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What only a run can tell. */
const ANYTHING = Symbol('anything');

const UNRUN = invocationDocument(
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
);

const COST: Cost = { chargedMicroUsd: null, listMicroUsd: null, basis: 'unknown', billing: 'api' };

/** A document with everything in it that has keys of its own; an empty list can hold anything. */
const SHAPE = {
  ...UNRUN,
  data: ANYTHING,
  usage: usageDocument(NO_USAGE),
  cost: costDocument(COST),
  // `--dry-run` adds the last one.
  plan: { ...UNRUN.plan, most_input_tokens: 0 },
  attempts: [
    attemptDocument({
      n: 1,
      tool: '',
      model: null,
      status: 'failed',
      startedAt: '',
      latencyMs: 0,
      firstOutputMs: null,
      exitCode: null,
      requestId: null,
      usage: NO_USAGE,
      cost: COST,
      failure: failure('internal', ''),
      calls: null,
      changes: null,
      noSnapshot: null,
      continues: null,
      partialText: null,
    }),
  ],
  warnings: [''],
};
