import path from 'node:path';
import { hasPrompt, missingPrompt } from '../domain/conversation.js';
import { toMicroUsd } from '../domain/cost.js';
import { type Failure, failure } from '../domain/failure.js';
import { isMap } from '../domain/lookup.js';
import {
  ACCESS_LEVELS,
  type Access,
  COMPLEXITIES,
  type Complexity,
  EFFORTS,
  type Effort,
  emptyRequest,
  type Message,
  type Parent,
  type Request,
  type Resume,
  TIERS,
  type Tier,
} from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import type { ParentSpan } from '../domain/trace-context.js';
import {
  anyOf,
  type Checks,
  filledText,
  flag,
  integerFrom,
  listOf,
  mapOf,
  numberFrom,
  oneOf,
  text,
  troubleOf,
} from './checks.js';

/** The fields of a request. One that is left out is decided by the config, as an option of `exec` is. */
export interface RequestFields {
  /** The agent of the config that asks [its `default_agent`]. */
  agent: string;
  /** The prompt; with `messages` the last turn of the user. */
  prompt: string;
  /** The conversation so far. */
  messages: readonly Message[];
  /** System prompt, instead of the agent's. */
  system: string;
  /** Type of task, which the agent maps to a model. */
  task: string;
  tier: Tier;
  /** Asks for the tier of this complexity. */
  complexity: Complexity;
  /** The tool to use; without `fallback: true` no other is tried. */
  tool: string;
  /** The model to use; without `fallback: true` no other is tried. */
  model: string;
  /** Policy, instead of the agent's. */
  policy: string;
  /** How much the tool may do in `cwd`, at most what the agent may. */
  access: Access;
  /** How much the model is to reason. */
  effort: Effort;
  /** Limit of output tokens, at least 1. */
  maxTokens: number;
  /** Sampling temperature, 0 to 2. */
  temperature: number;
  /** Texts at which the answer ends. */
  stop: readonly string[];
  /** Cost cap of this request, US dollars above 0. */
  maxCostUsd: number;
  /** Exceeds a spending limit; needs a `justification`, and is recorded. Refused inside the run of another agent. */
  force: boolean;
  /** Reason for the spend; kept in the ledger. */
  justification: string;
  /** JSON Schema that the answer must satisfy: an object, or JSON text. */
  schema: string | Readonly<Record<string, unknown>>;
  /** Id of an earlier invocation, whose session of the tool is continued; its trace must be kept in `traces` of this router. */
  resume: string;
  /** The whole invocation, ms. */
  timeoutMs: number;
  /** Working directory of the tool [the program's]. */
  cwd: string;
  /** Whether other candidates are tried [yes, unless a tool or model is named]. */
  fallback: boolean;
  /** Retries of each candidate [as the policy says]. */
  maxRetries: number;
  /** The longest wait beyond an ordinary retry when no other candidate is left, ms [0]. */
  patienceMs: number;
  /** A name of the caller's for the conversation; for correlation only. */
  session: string;
  /** The calling agent, if it is another; for correlation only. */
  sourceAgent: string;
  /** W3C trace id, 32 hexadecimal digits [a new one]. */
  traceId: string;
  /** Kept in the ledger, to filter reports by. */
  tags: Readonly<Record<string, string>>;
}

/** Fields that may be left out; `undefined` and `null` count as left out. */
export type Given<T> = { readonly [key in keyof T]?: T[key] | null | undefined };

/** A request: only the prompt, or a conversation, is needed. */
export type LibraryRequest = Given<RequestFields> & ({ prompt: string } | { messages: readonly Message[] });

const CHECKS: Checks<RequestFields> = {
  agent: filledText,
  prompt: filledText,
  messages: listOf(isMessage, 'must be a list of messages, each with a `role` and a `text`'),
  system: text,
  task: filledText,
  tier: oneOf(TIERS),
  complexity: oneOf(COMPLEXITIES),
  tool: filledText,
  model: filledText,
  policy: filledText,
  access: oneOf(ACCESS_LEVELS),
  effort: oneOf(EFFORTS),
  maxTokens: integerFrom(1),
  temperature: numberFrom(0, 2),
  stop: listOf(text, 'must be a list of texts'),
  maxCostUsd: (value) =>
    Number.isFinite(value) && Number(value) > 0 ? null : 'must be an amount in US dollars above 0',
  force: flag,
  justification: filledText,
  schema: anyOf([filledText, (value) => (isMap(value) ? null : '')], 'must be an object or JSON text'),
  resume: filledText,
  timeoutMs: integerFrom(1),
  cwd: filledText,
  fallback: flag,
  maxRetries: integerFrom(0),
  patienceMs: integerFrom(0),
  session: filledText,
  sourceAgent: filledText,
  traceId: (value) =>
    typeof value === 'string' && /^(?!0{32})[0-9a-f]{32}$/.test(value)
      ? null
      : 'must have 32 hexadecimal digits, not all of them 0',
  tags: mapOf(text, 'must be an object of texts'),
};

/** What is known of the program that asks. */
export interface Asking {
  /** Its working directory, absolute. */
  cwd: string;
  /** The run that it is nested in; `null`: none. */
  parent: Parent | null;
  /** The span that its environment names. */
  parentSpan: ParentSpan | null;
  /** Finds the session of an earlier invocation. */
  findSession: (id: string) => Promise<Result<Resume, Failure>>;
}

/** The request of a caller, checked; the failure is the first field that is wrong. */
export async function requestOf(given: LibraryRequest, asking: Asking): Promise<Result<Request, Failure>> {
  const wrong = troubleOf<RequestFields>(given, CHECKS, 'a request');
  if (wrong !== null) return err(wrong);
  const asked = { prompt: given.prompt ?? '', messages: given.messages ?? [] };
  if (!hasPrompt(asked)) return err(missingPrompt());
  const { schema, resume, maxCostUsd, cwd, force, ...rest } = withoutAbsent(given);
  if (force === true && rest.justification === undefined)
    return err(failure('usage', '`force` needs a `justification`'));
  const session = resume === undefined ? ok(null) : await asking.findSession(resume);
  if (!session.ok) return session;
  if (session.value !== null && rest.tool !== undefined && rest.tool !== session.value.tool)
    return err(otherTool(session.value));
  return ok({
    ...emptyRequest(cwd === undefined ? asking.cwd : path.resolve(asking.cwd, cwd)),
    origin: 'library',
    ...rest,
    force: force ?? false,
    schema: typeof schema === 'object' ? JSON.stringify(schema) : (schema ?? null),
    resume: session.value,
    maxCostMicroUsd: maxCostUsd === undefined ? null : toMicroUsd(maxCostUsd),
    parent: asking.parent,
    parentSpan: asking.parentSpan,
  });
}

function withoutAbsent(given: LibraryRequest): Partial<RequestFields> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  );
}

function isMessage(value: unknown): string | null {
  const roles = ['system', 'user', 'assistant'];
  if (!isMap(value)) return '';
  const { role, text: words, ...more } = value;
  const fits = roles.includes(String(role)) && typeof words === 'string' && Object.keys(more).length === 0;
  return fits ? null : '';
}

function otherTool({ tool, invocationId }: Resume): Failure {
  const message = `invocation \`${invocationId}\` ran on \`${tool}\`, and only that tool can continue its session`;
  return failure('usage', message, { hint: 'leave `tool` out' });
}
