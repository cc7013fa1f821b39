import path from 'node:path';
import { type Failure, failure } from '../domain/failure.js';
import type { Access, Tier } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { FileRefused, readRegularFile, reasonOf } from '../files.js';
import { MAX_TEXT_BYTES } from '../router/planning/agent-files.js';
import { fileBlock } from '../router/planning/file-block.js';
import type { Asked } from './service.js';

/** The arguments of `ask` and `plan`, as their schema has checked them. */
interface AskArguments {
  agent?: string;
  prompt: string;
  files?: readonly string[];
  task?: string;
  tier?: Tier;
  access?: Access;
  max_cost_usd?: number;
  schema?: string | Readonly<Record<string, unknown>>;
}

/** What a client asks, with its files read. A file outside the working directory, by a link too, is refused. */
export async function askedOf(
  args: Readonly<Record<string, unknown>>,
  cwd: string,
): Promise<Result<Asked, Failure>> {
  const {
    agent,
    prompt,
    files = [],
    task,
    tier,
    access,
    max_cost_usd,
    schema,
  } = args as unknown as AskArguments;
  if (prompt.trim() === '') return err(failure('usage', '`prompt` is empty'));
  const parts: string[] = [];
  for (const file of files) {
    const text = await textOf(file, cwd);
    if (!text.ok) return text;
    parts.push(fileBlock(file, text.value.replace(/\n$/, '')));
  }
  const whole = [...parts, prompt].join('\n\n');
  if (whole.length > MAX_TEXT_BYTES) {
    const message = `the prompt is longer than ${MAX_TEXT_BYTES} characters with its files`;
    return err(failure('input', message, { hint: 'name files in the prompt for the agent to read' }));
  }
  return ok({
    agent: agent ?? null,
    prompt: whole,
    task: task ?? null,
    tier: tier ?? null,
    access: access ?? null,
    maxCostUsd: max_cost_usd ?? null,
    schema: typeof schema === 'object' ? JSON.stringify(schema) : (schema ?? null),
  });
}

async function textOf(file: string, cwd: string): Promise<Result<string, Failure>> {
  const target = path.resolve(cwd, file);
  // Whether such a file exists is nothing that a caller may learn.
  if (!isBelow(target, cwd)) return err(outside(file, cwd));
  try {
    const bytes = await readRegularFile(target, { maxBytes: MAX_TEXT_BYTES, within: [cwd] });
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (error instanceof FileRefused && error.reason === 'place') return err(outside(file, cwd));
    return err(failure('input', `cannot read \`${file}\`: ${troubleOf(error)}`));
  }
}

function isBelow(target: string, folder: string): boolean {
  const way = path.relative(folder, target);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

function outside(file: string, cwd: string): Failure {
  return failure('not_allowed', `\`${file}\` is outside of the working directory \`${cwd}\``, {
    hint: 'give files of the working directory alone',
  });
}

function troubleOf(error: unknown): string {
  if (codeOf(error) === 'ENOENT') return 'there is no such file';
  return error instanceof TypeError ? 'it is not text in UTF-8' : reasonOf(error);
}
