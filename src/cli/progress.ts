import type { RunEvent } from '../domain/events.js';
import type { CommandContext } from './context.js';
import { pairName } from './plan-screen.js';

/** A spinner on a terminal's stderr while a tool works; nothing in a pipe. */
export interface Progress {
  update(event: RunEvent): void;
  stop(): void;
}

const NONE: Progress = { update: () => {}, stop: () => {} };

/** The spinner is loaded only once a tool is at work: it must not delay the start. */
export function startProgress({ world, output }: CommandContext): Progress {
  if (!world.stderr.isTerminal || output.quiet || world.env.CI !== undefined || world.env.TERM === 'dumb')
    return NONE;
  let stopped = false;
  let stopSpinner = (): void => {};
  let label = '';
  const show = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    const spinner = ora({
      text: label,
      stream: world.stderr.stream as NodeJS.WriteStream,
      discardStdin: false,
      hideCursor: false,
    });
    spinner.start();
    stopSpinner = () => spinner.stop();
  };
  return {
    update: (event) => {
      if (event.type === 'attempt.started') {
        label = pairName(event.candidate);
        stopSpinner();
        stopped = false;
        void show();
      }
      if (event.type === 'attempt.finished') stopSpinner();
    },
    stop: () => {
      stopped = true;
      stopSpinner();
    },
  };
}
