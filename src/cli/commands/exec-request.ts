import path from 'node:path';
import { toMicroUsd } from '../../domain/cost.js';
import { type Failure, failure } from '../../domain/failure.js';
import type { Access, Complexity, Effort, Parent, Request, Resume, Tier } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import { parentSpanOf } from '../../domain/trace-context.js';
import { callerOf, personOnly } from '../../router/planning/caller.js';
import type { CommandContext } from '../context.js';
import type { AssembledPrompt } from '../prompt.js';

/** The options of `exec`, as the argument parser gives them. */
export interface ExecOptions {
  agent?: string;
  promptFile?: string;
  stdin: boolean;
  context: string[];
  system?: string;
  systemFile?: string;
  task?: string;
  complexity?: Complexity;
  tier?: Tier;
  tool?: string;
  model?: string;
  policy?: string;
  output?: string;
  access?: Access;
  effort?: Effort;
  maxTokens?: number;
  temperature?: number;
  maxCost?: number;
  force?: boolean;
  justification?: string;
  yes?: boolean;
  schema?: string;
  resume?: string;
  format: 'text' | 'json' | 'ndjson';
  json?: boolean;
  field?: string;
  stream?: boolean;
  raw?: boolean;
  timeout?: string;
  cwd?: string;
  isolate?: boolean;
  keep?: boolean;
  fallback?: boolean;
  retries?: number;
  patience?: string;
  session?: string;
  sourceAgent?: string;
  traceId?: string;
  tag: string[];
  dryRun?: boolean;
  explain?: boolean;
  detach?: boolean;
}

/** Flags override variables: `LLM_ROUTER_AGENT`, `LLM_ROUTER_TOOL`, `LLM_ROUTER_MODEL`, `LLM_ROUTER_POLICY`. */
export function withEnvironment(options: ExecOptions, env: CommandContext['world']['env']): ExecOptions {
  const fallback = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const agent = options.agent ?? fallback('LLM_ROUTER_AGENT');
  const tool = options.tool ?? fallback('LLM_ROUTER_TOOL');
  const model = options.model ?? fallback('LLM_ROUTER_MODEL');
  const policy = options.policy ?? fallback('LLM_ROUTER_POLICY');
  return {
    ...options,
    ...(agent === undefined ? {} : { agent }),
    ...(tool === undefined ? {} : { tool }),
    ...(model === undefined ? {} : { model }),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** What was read and decided before: texts of files, the session to resume, limits. */
export interface GivenParts {
  prompt: AssembledPrompt;
  system: string | null;
  schema: string | null;
  resume: Resume | null;
  timeoutMs: number | null;
  patienceMs: number;
  stream: boolean;
}

/** The request that the options and the prompt make. */
export function buildRequest(
  { world }: CommandContext,
  options: ExecOptions,
  given: GivenParts,
): Result<Request, Failure> {
  const tags = parseTags(options.tag);
  if (!tags.ok) return tags;
  const parent = callerOf(world);
  const parentSpan = parentSpanOf(world.env.TRACEPARENT);
  const unforced = forceTrouble(options, parent);
  if (unforced !== null) return err(unforced);
  return ok({
    origin: 'command_line',
    agent: options.agent ?? null,
    prompt: given.prompt.text,
    promptFile: given.prompt.file,
    messages: [],
    system: given.system,
    task: options.task ?? null,
    tier: options.tier ?? null,
    complexity: options.complexity ?? null,
    tool: options.tool ?? null,
    model: options.model ?? null,
    policy: options.policy ?? null,
    access: options.access ?? null,
    effort: options.effort ?? null,
    maxTokens: options.maxTokens ?? null,
    temperature: options.temperature ?? null,
    stop: [],
    maxCostMicroUsd: options.maxCost === undefined ? null : toMicroUsd(options.maxCost),
    force: options.force ?? false,
    justification: options.justification?.trim() ?? null,
    schema: given.schema,
    resume: given.resume,
    timeoutMs: given.timeoutMs,
    cwd: path.resolve(world.cwd, options.cwd ?? '.'),
    isolation:
      options.isolate === true || options.keep === true
        ? { keepsBranch: options.keep === true, race: null }
        : null,
    fallback: options.fallback ?? null,
    maxRetries: options.retries ?? null,
    patienceMs: given.patienceMs,
    stream: given.stream,
    session: options.session ?? null,
    sourceAgent: options.sourceAgent ?? null,
    traceId: options.traceId ?? parentSpan?.traceId ?? null,
    parentSpan,
    tags: tags.value,
    parent,
  });
}

/** Only the user may exceed a limit, with a reason; a nested call may not. */
function forceTrouble({ force, yes, justification }: ExecOptions, parent: Parent | null): Failure | null {
  if (justification !== undefined && justification.trim() === '')
    return failure('usage', '`--justification` is empty', { hint: 'say why so much may be spent' });
  if (yes === true && force !== true) return personOnly('`--yes`', parent);
  if (force !== true) return null;
  const nested = personOnly('`--force`', parent);
  if (nested !== null) return nested;
  if (justification !== undefined) return null;
  return failure('usage', '`--force` needs `--justification`', {
    hint: 'say why: `--force --justification "release day"`',
  });
}

function parseTags(tags: readonly string[]): Result<Record<string, string>, Failure> {
  const entries: [string, string][] = [];
  for (const tag of tags) {
    const equals = tag.indexOf('=');
    if (equals < 1) return err(failure('usage', `--tag: \`${tag}\` is not \`key=value\``));
    entries.push([tag.slice(0, equals), tag.slice(equals + 1)]);
  }
  return ok(Object.fromEntries(entries));
}
