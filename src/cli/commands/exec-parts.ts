import type { Deadline } from '../../domain/deadline.js';
import { parseDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { CONTINUE_PROMPT, type Request, type Resume } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import { traceDirOf, type UsableConfig } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { assemblePrompt, readText } from '../prompt.js';
import { buildRequest, type ExecOptions } from './exec-request.js';

/** What one `exec` was given. */
export interface GivenRequest {
  loaded: UsableConfig;
  words: string[];
  options: ExecOptions;
  /** The keys of `--field`. */
  field: string[] | null;
  deadline: Deadline;
  timeoutMs: number | null;
}

/** Reads what the options name (prompt, system prompt, schema, session) and makes the request of it. */
export async function requestOf(
  context: CommandContext,
  given: GivenRequest,
): Promise<Result<Request, Failure>> {
  const { options, words, deadline } = given;
  const prompt = await assemblePrompt(
    context,
    {
      words,
      file: options.promptFile ?? null,
      contexts: options.context,
      readStdin: options.stdin,
      otherwise: options.resume === undefined ? null : CONTINUE_PROMPT,
    },
    deadline,
  );
  if (!prompt.ok) return prompt;
  const system = await systemOf(context, given);
  if (!system.ok) return system;
  const schema = await schemaOf(context, given);
  if (!schema.ok) return schema;
  const resume = await resumeOf(context, given);
  if (!resume.ok) return resume;
  const patience = patienceOf(options);
  if (!patience.ok) return patience;
  return buildRequest(context, options, {
    prompt: prompt.value,
    system: system.value,
    schema: schema.value,
    resume: resume.value,
    timeoutMs: given.timeoutMs,
    patienceMs: patience.value,
    stream: isLive(context, given),
  });
}

/** Text is shown as it comes on a terminal, or where `--stream` says so; never into a file or a document. */
function isLive({ world, output }: CommandContext, { options }: GivenRequest): boolean {
  return (
    output.format === 'text' &&
    options.field === undefined &&
    isToStdout(options) &&
    (options.stream ?? world.stdout.isTerminal)
  );
}

function isToStdout({ output }: ExecOptions): boolean {
  return output === undefined || output === '-';
}

/** `--schema`: a file, or the JSON itself. */
async function schemaOf(
  context: CommandContext,
  { options: { schema }, deadline }: GivenRequest,
): Promise<Result<string | null, Failure>> {
  if (schema === undefined) return ok(null);
  return /^\s*\{/.test(schema)
    ? ok(schema)
    : readText(context, { name: schema, option: '--schema', deadline });
}

/** How long to wait beyond an ordinary retry, ms; none by default. */
function patienceOf({ patience = '0' }: ExecOptions): Result<number, Failure> {
  if (/^0(ms|s|m|h)?$/.test(patience)) return ok(0);
  const parsed = parseDuration(patience);
  return parsed.ok ? parsed : err(failure('usage', `--patience: ${parsed.error}`));
}

async function systemOf(
  context: CommandContext,
  { options, deadline }: GivenRequest,
): Promise<Result<string | null, Failure>> {
  if (options.systemFile === undefined) return ok(options.system ?? null);
  if (options.system !== undefined) {
    return err(failure('usage', 'give either `--system` or `--system-file`, not both'));
  }
  return readText(context, { name: options.systemFile, option: '--system-file', deadline });
}

async function resumeOf(
  context: CommandContext,
  { options, loaded }: GivenRequest,
): Promise<Result<Resume | null, Failure>> {
  if (options.resume === undefined) return ok(null);
  const { findSession } = await import('../resume.js');
  const session = await findSession(traceDirOf(context, loaded), options.resume);
  if (!session.ok) return session;
  const { tool, invocationId } = session.value;
  if (options.tool === undefined || options.tool === tool) return session;
  const message = `invocation \`${invocationId}\` ran on \`${tool}\`, and only that tool can continue its session`;
  return err(failure('usage', message, { hint: 'leave `--tool` out' }));
}
