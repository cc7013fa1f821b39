import { visible } from '../diagnostics/visible.js';
import { formatDuration } from '../domain/duration.js';
import type { CostSoFar, RunEvent } from '../domain/events.js';
import { type NamedCandidate, pairName } from '../domain/plan.js';
import type { CommandContext } from './context.js';
import { queueWords } from './narrate.js';
import { NO_WORK, workAfter, workLine } from './work-line.js';

/** A spinner on a terminal's stderr while a tool works: candidate, elapsed time, its newest step, tokens and cost so far. Nothing in a pipe. */
export interface Progress {
  update(event: RunEvent): void;
  /** Takes the cost of a running attempt; `undefined`: nothing is shown. */
  costs: ((cost: CostSoFar) => void) | undefined;
  stop(): void;
}

const NONE: Progress = { update: () => {}, costs: undefined, stop: () => {} };
const REFRESH_MS = 500;
/** The wait is over, or a line is about to be printed. */
const ENDS_A_WAIT: readonly RunEvent['type'][] = ['attempt.finished', 'budget.warning', 'fallback'];
/** The sign of the spinner, the blank behind it, and a cell that stays free. */
const BESIDE = 3;

/** Whether stderr can show a spinner. On a terminal without a size ora 9 erases an infinite number of lines. */
export function canSpin({ world, output }: CommandContext): boolean {
  const { stderr, env } = world;
  const isWanted =
    !output.quiet && output.logFormat === 'text' && env.CI === undefined && env.TERM !== 'dumb';
  return stderr.isTerminal && stderr.columns > 0 && isWanted;
}

/** A spinner with a text that its caller changes. */
export interface Spinner {
  show(text: string): void;
  /** Takes it off the screen, so that something else can be written; `show` brings it back. */
  hide(): void;
}

/** A spinner for long work on a terminal; nothing in a pipe. */
export function startSpinner(context: CommandContext): Spinner {
  if (!canSpin(context)) return { show: () => {}, hide: () => {} };
  let text: string | null = null;
  let spinner: { text: string; start(): unknown; stop(): unknown } | null = null;
  const load = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    const stream = context.world.stderr.stream as NodeJS.WriteStream;
    spinner = ora({ text: text ?? '', stream, discardStdin: false, hideCursor: false });
    if (text !== null) spinner.start();
  };
  const loading = load();
  return {
    show: (next) => {
      text = visible(next);
      if (spinner === null) return void loading;
      spinner.text = text;
      spinner.start();
    },
    hide: () => {
      text = null;
      spinner?.stop();
    },
  };
}

/** Loads the spinner only once a tool runs, so that it does not delay the start. */
export function startProgress(context: CommandContext): Progress {
  if (!canSpin(context)) return NONE;
  const { stderr, clock } = context.world;
  const state = { stopped: false, label: () => '', work: NO_WORK };
  let spinner: { text: string; stop: () => void } | null = null;
  let timer: NodeJS.Timeout | null = null;
  const hide = (): void => {
    if (timer !== null) clearInterval(timer);
    spinner?.stop();
    [timer, spinner] = [null, null];
  };
  const show = async (label: () => string): Promise<void> => {
    state.label = label;
    const { cut } = await import('../diagnostics/width.js');
    const { default: ora } = await import('ora');
    if (state.stopped || state.label !== label || spinner !== null) return;
    const stream = stderr.stream as NodeJS.WriteStream;
    const text = (): string => cut(visible(state.label()), stderr.columns - BESIDE);
    const shown = ora({ text: text(), stream, discardStdin: false, hideCursor: false }).start();
    spinner = shown;
    timer = setInterval(() => {
      shown.text = text();
    }, REFRESH_MS);
    timer.unref();
  };
  const atWork = (candidate: NamedCandidate): (() => string) => {
    const startedMs = clock.monotonic();
    return () => {
      return workLine(pairName(candidate), clock.monotonic() - startedMs, state.work);
    };
  };
  // By the wall clock, as the wait itself: the machine may sleep.
  const waiting = ({ candidate, at }: Extract<RunEvent, { type: 'retry.scheduled' }>): (() => string) => {
    const leftMs = (): number => Math.max(0, Date.parse(at) - clock.now());
    return () => `waiting for ${pairName(candidate)}  ${formatDuration(leftMs())} left`;
  };
  const queueing = (event: Extract<RunEvent, { type: 'queue.wait' }>): (() => string) => {
    const startedMs = clock.monotonic() - event.waitedMs;
    return () => `${queueWords(event)}  ${formatDuration(clock.monotonic() - startedMs)}`;
  };
  return {
    update: (event) => {
      state.work = workAfter(state.work, event);
      if (ENDS_A_WAIT.includes(event.type)) hide();
      if (event.type === 'retry.scheduled') state.stopped = false;
      if (state.stopped) return;
      if (event.type === 'queue.wait') void show(queueing(event));
      if (event.type === 'retry.scheduled') void show(waiting(event));
      if (event.type !== 'attempt.started') return;
      hide();
      void show(atWork(event.candidate));
    },
    costs: (cost) => {
      state.work = workAfter(state.work, cost);
    },
    stop: () => {
      state.stopped = true;
      hide();
    },
  };
}
