import type { Paint } from '../diagnostics/paint.js';
import { plainPaint } from '../diagnostics/paint.js';
import type { Debug } from '../domain/debug.js';
import type { Piece } from '../domain/piece.js';
import { withoutTexts } from '../redact/private-texts.js';
import { createRedactor, type Redactor } from '../redact/redact.js';
import type { OutputStream, World } from '../world.js';
import { createTerminalText, type TerminalText } from './terminal-text.js';

/** How colour is decided: `auto` looks at the terminal and at `NO_COLOR`, `FORCE_COLOR`, `TERM`. */
export type ColorMode = 'auto' | 'always' | 'never';

/** How stderr is written: for people, or as one JSON object a line. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What stdout carries: text, one document, or one JSON object a line. */
export type StdoutFormat = 'text' | 'json' | 'ndjson';

/**
 * The only writer of the program. stdout carries data; messages go to stderr. Control characters from other sources are escaped in
 * all text for people.
 */
export interface Output {
  /** Writes a text for people to stdout, redacted, and waits until it has left the program. */
  data(text: string): Promise<void>;
  /** The same, and on a terminal lines that are too long for it are broken at blanks, as in all messages. */
  prose(text: string): Promise<void>;
  /** Writes a text for programs to stdout, redacted: made visible on a terminal only. */
  file(text: string): Promise<void>;
  /** One JSON document a line to stdout, redacted value by value: an escaped secret would not be recognised in the text. */
  json(...documents: readonly unknown[]): Promise<void>;
  /** The tool's own answer: to stdout as it is; on a terminal its control characters are made visible unless `raw` is set. */
  answer(text: string | Piece): Promise<void>;
  /** What an earlier run of the program has written, byte for byte; on a terminal its control characters are made visible unless `raw` is set. */
  copy(stream: 'stdout' | 'stderr', bytes: Buffer): Promise<void>;
  /** Prints a message, unless `--quiet`. */
  say(text: string): Promise<void>;
  /** Prints a warning, unless `--quiet`. */
  warn(text: string): Promise<void>;
  /** Prints an error, also with `--quiet`. */
  error(text: string): Promise<void>;
  /** One line of the structured log to stderr, redacted. With `--quiet` only errors. */
  log(record: { level: string }): Promise<void>;
  /** Asks a person on the terminal; `null` where there is no terminal to ask on, or when the signal ends the wait. */
  ask(question: string, signal: AbortSignal): Promise<string | null>;
  /** Colours for stderr or stdout, if they are wanted there. */
  paint(stream: 'stdout' | 'stderr'): Promise<Paint>;
  /** Masks these secrets too, from now on. */
  redactWith(redactor: Redactor): void;
  redactor(): Redactor;
  /** Leaves these texts out of messages in the structured log, from now on: tools and providers repeat prompts in errors. */
  keepOutOfLog(texts: readonly (string | null)[]): void;
  /** Aborted when the reader of stdout has gone (a closed pipe). */
  readonly closed: AbortSignal;
  /** Stops waiting for slow readers once `signal` aborts. */
  setDrainSignal(signal: AbortSignal): void;
  /** Whether some output was never written because a reader stopped reading. */
  isStuck(): boolean;
  /** Why data that was written to stdout is lost, other than by a reader that went away; `null`: nothing is. */
  lost(): Error | null;
  /** The debug log; `null` when it is off. */
  debug: Debug | null;
  quiet: boolean;
  /** Answers reach a terminal as they are. */
  raw: boolean;
  color: ColorMode;
  logFormat: LogFormat;
  /** As the command line asks; errors follow it. */
  format: StdoutFormat;
}

/** Creates the writer for one run of the program. */
export function createOutput(world: World): Output {
  const closed = new AbortController();
  let lost: Error | null = null;
  let redactor = createRedactor();
  let privateTexts: readonly (string | null)[] = [];
  const terminal = createTerminalText(world.random);
  let heldReturn = '';
  /** A character may be cut between two pieces. */
  const decoders: Partial<Record<'stdout' | 'stderr', InstanceType<typeof TextDecoder>>> = {};
  let drainSignal = world.signal;
  const stuck = new Set<OutputStream>();
  /** Writes that have not left the program yet, each with what limits the wait for its reader. */
  const pending = new Set<() => void>();
  const onDrain = (): void => {
    for (const limitWait of pending) limitWait();
  };
  drainSignal.addEventListener('abort', onDrain);
  let isStderrWatched = false;
  /** Most runs write nothing there, and making a stream takes time. */
  const watchStderr = (): void => {
    if (isStderrWatched) return;
    isStderrWatched = true;
    world.stderr.stream.on('error', () => {}); // nowhere is left to report it
  };
  // What moves on a terminal is written by others.
  if (world.stderr.isTerminal) watchStderr();
  const write = async (to: OutputStream, text: string | Buffer): Promise<void> => {
    if (text.length === 0) return;
    if (to === world.stderr) watchStderr();
    if (to.stream.destroyed || stuck.has(to)) return;
    if (!(await isWritten(to, text, { isDraining: drainSignal.aborted, pending }))) stuck.add(to);
  };
  world.stdout.stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') lost ??= error;
    closed.abort('stdout was closed');
  });
  const log = (record: object): Promise<void> =>
    write(world.stderr, terminal.clean(`${JSON.stringify(redactor.value(record))}\n`));
  const message = (text: string): string => terminal.message(redactor.text(text));
  const writeFitted = async (to: OutputStream, text: string): Promise<void> =>
    write(to, isTooWide(to, text) ? (await import('./fit.js')).fitted(text, to.columns) : text);
  const forPrograms = (text: string): Promise<void> =>
    write(world.stdout, world.stdout.isTerminal ? terminal.clean(text) : text);
  /** A message becomes a line of the log with `--log-format json`. */
  const print = (level: string, text: string, prefix = ''): Promise<void> => {
    if (output.logFormat === 'text') return writeFitted(world.stderr, `${message(`${prefix}${text}`)}\n`);
    const ts = new Date(world.clock.now()).toISOString();
    const said = withoutTexts(text.replace(/^error: /, ''), privateTexts);
    return log({ ts, level, event: 'message', message: said });
  };
  const output: Output = {
    data: (text) => write(world.stdout, message(text)),
    prose: (text) => writeFitted(world.stdout, message(text)),
    file: (text) => forPrograms(redactor.text(text)),
    json: (...documents) => {
      const lines = documents.map((one) => `${JSON.stringify(redactor.value(one))}\n`);
      return forPrograms(lines.join(''));
    },
    answer: (given) => {
      const piece = typeof given === 'string' ? { text: given, bytes: null } : given;
      if (output.raw || !world.stdout.isTerminal) return write(world.stdout, piece.bytes ?? piece.text);
      // The line feed that belongs to it may come with the next piece.
      const all = heldReturn + piece.text;
      heldReturn = all.endsWith('\r') ? '\r' : '';
      return write(world.stdout, terminal.clean(all.slice(0, all.length - heldReturn.length)));
    },
    copy: (stream, bytes) => {
      const to = world[stream];
      if (!to.isTerminal || (output.raw && stream === 'stdout')) return write(to, bytes);
      decoders[stream] ??= new TextDecoder();
      return write(to, terminal.clean(decoders[stream].decode(bytes, { stream: true })));
    },
    say: async (text) => (output.quiet ? undefined : print('info', text)),
    warn: async (text) => {
      if (output.quiet) return;
      await print('warning', text, `${(await output.paint('stderr')).warning('warning:')} `);
    },
    error: (text) => print('error', text),
    log: async (record) => (output.quiet && record.level !== 'error' ? undefined : log(record)),
    ask: async (question, signal) => {
      if (!world.stderr.isTerminal || (world.env.CI ?? '') !== '') return null;
      await write(world.stderr, message(question));
      return world.readLine(signal);
    },
    paint: async (stream) =>
      stream === 'stderr' && output.logFormat === 'json'
        ? plainPaint
        : paintFor(world[stream], { mode: output.color, env: world.env, terminal }),
    redactWith: (next) => {
      redactor = next;
    },
    redactor: () => redactor,
    keepOutOfLog: (texts) => {
      privateTexts = texts;
    },
    closed: closed.signal,
    setDrainSignal: (signal) => {
      drainSignal.removeEventListener('abort', onDrain);
      drainSignal = signal;
      signal.addEventListener('abort', onDrain);
    },
    isStuck: () => stuck.size > 0,
    lost: () => lost,
    debug: null,
    quiet: false,
    raw: false,
    color: 'auto',
    format: 'text',
    logFormat: world.env.LLM_ROUTER_LOG_FORMAT === 'json' ? 'json' : 'text',
  };
  return output;
}

/** Whether a terminal would break a line of the text; colours count as wide here. */
function isTooWide({ isTerminal, columns }: OutputStream, text: string): boolean {
  return isTerminal && columns > 0 && text.split('\n').some((line) => line.length > columns);
}

/** How long a reader may take to drain stdout after the run was asked to end, ms. */
const READER_MS = 1000;

/**
 * Whether the text has left the program: exiting earlier cuts a pipe at 64 KiB. A reader that takes nothing, such as a pager,
 * is waited for until the run is asked to end, and a second longer.
 */
function isWritten(
  { stream }: OutputStream,
  text: string | Buffer,
  { isDraining, pending }: { isDraining: boolean; pending: Set<() => void> },
): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const limitWait = (): void => {
      timer ??= setTimeout(() => settle(false), READER_MS);
    };
    const settle = (written: boolean): void => {
      clearTimeout(timer);
      pending.delete(limitWait);
      resolve(written);
    };
    pending.add(limitWait);
    if (isDraining) limitWait();
    stream.write(text, () => settle(true));
  });
}

async function paintFor(
  stream: OutputStream,
  { mode, env, terminal }: { mode: ColorMode; env: World['env']; terminal: TerminalText },
): Promise<Paint> {
  if (!wantsColor(stream, mode, env)) return plainPaint;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return terminal.painted({
    error: chalk.red.bold,
    // Yellow cannot be read on white; compilers warn in magenta too.
    warning: chalk.magenta.bold,
    success: chalk.green,
    info: chalk.cyan,
    hint: chalk.cyan,
    dim: chalk.dim,
    bold: chalk.bold,
  });
}

/** `--color` first, then `NO_COLOR` and `FORCE_COLOR` (https://no-color.org, https://force-color.org), then the terminal. */
export function wantsColor(stream: OutputStream, mode: ColorMode, env: World['env']): boolean {
  if (mode !== 'auto') return mode === 'always';
  if ((env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0';
  return stream.isTerminal && env.TERM !== 'dumb';
}
