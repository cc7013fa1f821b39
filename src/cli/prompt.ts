import path from 'node:path';
import type { Deadline } from '../domain/deadline.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { collected, readAnyFile } from '../files/any-file.js';
import { MAX_TEXT_BYTES } from '../router/planning/agent-files.js';
import { fileBlock } from '../router/planning/file-block.js';
import type { CommandContext } from './context.js';
import { fileTrouble } from './file-trouble.js';

/** Where the parts of a prompt come from. */
export interface PromptSources {
  /** Words of the command line. */
  words: readonly string[];
  /** `-f`: a path, or `-` for stdin. */
  file: string | null;
  /** `-c`, in order. */
  contexts: readonly string[];
  /** False with `--no-stdin`. */
  readStdin: boolean;
  /** The prompt when there is no other; `null`: one must be given. */
  otherwise: string | null;
}

/** The prompt as the tool gets it; `file` is the user's own path when the prompt is exactly that file. */
export interface AssembledPrompt {
  text: string;
  file: string | null;
}

/** After this long without data, stdin is left unread, or a notice says that the router waits for it. */
const STDIN_NOTICE_MS = 3000;

/**
 * Puts contexts, file, stdin and argument together, in this order, joined by one blank line; a single part is passed byte for
 * byte. Nothing but white space is `otherwise` or a `usage` failure, a file that cannot be read an `input` failure.
 */
export async function assemblePrompt(
  context: CommandContext,
  sources: PromptSources,
  deadline: Deadline,
): Promise<Result<AssembledPrompt, Failure>> {
  const parts: string[] = [];
  for (const name of sources.contexts) {
    const read = await readText(context, { name, option: '--context', deadline });
    if (!read.ok) return read;
    parts.push(fileBlock(name, read.value.replace(/\n$/, '')));
  }
  const file = sources.file === '-' ? null : sources.file;
  if (file !== null) {
    const read = await readText(context, { name: file, option: '--prompt-file', deadline });
    if (!read.ok) return read;
    parts.push(read.value);
  }
  const fromStdin = await readStdin(context, sources, deadline);
  if (!fromStdin.ok) return fromStdin;
  if (fromStdin.value !== null && fromStdin.value !== '') parts.push(fromStdin.value);
  if (sources.words.length > 0) parts.push(sources.words.join(' '));
  const text =
    parts.length === 1 ? (parts[0] ?? '') : parts.map((part) => part.replace(/\n+$/, '')).join('\n\n');
  if (text.trim() === '')
    return sources.otherwise === null ? err(noPrompt()) : ok({ text: sources.otherwise, file: null });
  if (text.length > MAX_TEXT_BYTES)
    return err(failure('input', `the prompt is longer than ${MAX_TEXT_BYTES} characters`));
  return ok({
    text,
    file: file !== null && parts.length === 1 ? path.resolve(context.world.cwd, file) : null,
  });
}

function noPrompt(): Failure {
  return failure('usage', 'there is no prompt', {
    hint: 'give it as the last argument, in quotes, in a file (`-f prompt.md`), or on stdin (`git diff | llm-router …`)',
  });
}

/** A file that an option names. */
export interface NamedFile {
  name: string;
  option: string;
  deadline: Deadline;
}

/** Reads a text file that the user named, of bounded size; an `input` failure says which option and why not. */
export async function readText(
  context: CommandContext,
  { name, option, deadline }: NamedFile,
): Promise<Result<string, Failure>> {
  try {
    const file = path.resolve(context.world.cwd, name);
    const bytes = await readAnyFile(file, { maxBytes: MAX_TEXT_BYTES, signal: deadline.signal });
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (deadline.failure !== null) return err(deadline.failure);
    return err(failure('input', `cannot read \`${name}\` (${option}): ${fileTrouble(error)}`));
  }
}

/** The text on stdin; `null` when it is not to be read. Asked for by `-f -`, else read when it is a pipe or a file. */
async function readStdin(
  context: CommandContext,
  sources: PromptSources,
  deadline: Deadline,
): Promise<Result<string | null, Failure>> {
  const { world, output } = context;
  const isAsked = sources.file === '-';
  if (!isAsked && (!sources.readStdin || !world.stdin.isReadable)) return ok(null);
  const { words, otherwise } = sources;
  const isOptional = !isAsked && (words.length > 0 || sources.file !== null || otherwise !== null);
  if (isOptional && (world.stdin.offset() ?? 0) > 0) {
    await output.say(`stdin is left unread: its caller has read part of the file${SILENCE}`);
    return ok(null);
  }
  try {
    const bytes = await bytesOf(context, { isOptional, deadline });
    return ok(
      bytes === null ? null : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
  } catch (error) {
    if (deadline.failure !== null) return err(deadline.failure);
    return err(failure('input', `cannot read stdin: ${fileTrouble(error)}`));
  }
}

const SILENCE = ' (give `--no-stdin` if nothing should be read)';

/** The whole stdin; `null` when it stayed silent for a while and the prompt does not depend on it. */
async function bytesOf(
  { world, output }: CommandContext,
  { isOptional, deadline }: { isOptional: boolean; deadline: Deadline },
): Promise<Buffer | null> {
  const { addAbortSignal } = await import('node:stream');
  const stream = addAbortSignal(deadline.signal, world.stdin.stream());
  const seconds = STDIN_NOTICE_MS / 1000;
  let hasData = false;
  let isSaid = false;
  let isLeft = false;
  const notice = setTimeout(() => {
    isSaid = true;
    isLeft = isOptional && !hasData;
    const waiting = hasData ? 'waiting for the end of stdin …' : 'waiting for stdin …';
    void output.say(
      `${isLeft ? `stdin is left unread: it gave nothing for ${seconds} s` : waiting}${SILENCE}`,
    );
    if (isLeft) stream.destroy();
  }, STDIN_NOTICE_MS);
  stream.on('data', () => {
    hasData = true;
    if (!isSaid) notice.refresh();
  });
  try {
    const bytes = await collected(stream, MAX_TEXT_BYTES);
    return isLeft ? null : bytes;
  } catch (error) {
    if (isLeft) return null;
    throw error;
  } finally {
    clearTimeout(notice);
  }
}
