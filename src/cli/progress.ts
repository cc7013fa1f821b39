import { formatDuration } from '../domain/duration.js';
import type { RunEvent } from '../domain/events.js';
import type { CommandContext } from './context.js';
import { pairName } from './plan-screen.js';

/** A spinner on a terminal's stderr while a tool works: who, for how long, how much so far. Nothing in a pipe. */
export interface Progress {
  update(event: RunEvent): void;
  stop(): void;
}

const NONE: Progress = { update: () => {}, stop: () => {} };
const REFRESH_MS = 500;
/** A rough figure for prose and code; it is shown with a tilde and used for nothing else. */
const CHARS_PER_TOKEN = 4;

/** Starts nothing yet: the spinner is loaded only once a tool is at work, since it must not delay the start. */
export function startProgress({ world, output }: CommandContext): Progress {
  const { stderr, env, clock } = world;
  // On a terminal without a size ora 9 erases an infinite number of lines.
  if (
    !stderr.isTerminal ||
    stderr.columns === 0 ||
    output.quiet ||
    env.CI !== undefined ||
    env.TERM === 'dumb'
  )
    return NONE;
  const state = { stopped: false, name: '', startedMs: 0, chars: 0 };
  let spinner: { text: string; stop: () => void } | null = null;
  let timer: NodeJS.Timeout | null = null;
  const label = (): string => {
    const tokens = state.chars === 0 ? '' : `  ~${Math.ceil(state.chars / CHARS_PER_TOKEN)} tokens`;
    return `${state.name}  ${formatDuration(clock.monotonic() - state.startedMs)}${tokens}`;
  };
  const hide = (): void => {
    if (timer !== null) clearInterval(timer);
    spinner?.stop();
    [timer, spinner] = [null, null];
  };
  const show = async (name: string): Promise<void> => {
    const { default: ora } = await import('ora');
    if (state.stopped || state.name !== name || spinner !== null) return;
    const stream = stderr.stream as NodeJS.WriteStream;
    const shown = ora({ text: label(), stream, discardStdin: false, hideCursor: false }).start();
    spinner = shown;
    timer = setInterval(() => {
      shown.text = label();
    }, REFRESH_MS);
    timer.unref();
  };
  return {
    update: (event) => {
      if (event.type === 'output.delta') state.chars += event.text.length;
      if (event.type === 'attempt.finished') hide();
      if (event.type !== 'attempt.started' || state.stopped) return;
      Object.assign(state, { name: pairName(event.candidate), startedMs: clock.monotonic(), chars: 0 });
      void show(state.name);
    },
    stop: () => {
      state.stopped = true;
      hide();
    },
  };
}
