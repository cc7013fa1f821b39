import { visible } from '../diagnostics/visible.js';
import { cut } from '../diagnostics/width.js';
import { formatDuration } from '../domain/duration.js';
import { pairName } from '../domain/plan.js';
import type { PlannedRace, RacePlan } from '../race/plan-race.js';
import type { RaceEvent } from '../race/run-race.js';
import type { CommandContext } from './context.js';
import { canSpin } from './progress.js';
import { resultWords } from './race-table.js';
import { NO_WORK, type Work, workAfter, workLine } from './work-line.js';

/** What is shown of a race while it goes on: one line a candidate on a terminal, and in a pipe a line when one has ended. */
export interface RaceProgress {
  update(event: RaceEvent): void | Promise<void>;
  /** Takes the lines off the screen, so that something else can be written; `go` brings them back. */
  pause(): void;
  go(): void;
  stop(): void;
}

const REFRESH_MS = 500;

/** Follows the candidates of a race. */
export function startRaceProgress(context: CommandContext, race: PlannedRace): RaceProgress {
  return canSpin(context) ? new RaceLines(context, race) : inPipe(context);
}

function inPipe({ output }: CommandContext): RaceProgress {
  const isForPeople = output.logFormat === 'text';
  return {
    update: (event) => (isForPeople && event.type === 'ended' ? output.say(endLine(event)) : undefined),
    pause: () => {},
    go: () => {},
    stop: () => {},
  };
}

/** `codex gpt-5.5: failed (not_verified) after 42.0 s` */
function endLine({ candidate }: Extract<RaceEvent, { type: 'ended' }>): string {
  return `${pairName(candidate)}: ${resultWords(candidate)} after ${formatDuration(candidate.latencyMs ?? 0)}`;
}

/** What a candidate is doing. */
interface Line {
  is: 'waiting' | 'working' | 'verifying' | 'ending' | 'ended';
  sinceMs: number;
  work: Work;
  /** The last words of one that has ended. */
  words: string;
}

class RaceLines implements RaceProgress {
  readonly #context: CommandContext;
  readonly #lines = new Map<RacePlan, Line>();
  readonly #timer: NodeJS.Timeout;
  #shown = 0;
  #isPaused = false;

  constructor(context: CommandContext, { candidates }: PlannedRace) {
    this.#context = context;
    for (const plan of candidates)
      this.#lines.set(plan, { is: 'waiting', sinceMs: 0, work: NO_WORK, words: '' });
    this.#timer = setInterval(() => this.#draw(), REFRESH_MS);
    this.#timer.unref();
    this.#draw();
  }

  update(event: RaceEvent): void {
    const line = this.#lines.get(event.plan);
    if (line === undefined) return;
    const nowMs = this.#context.world.clock.monotonic();
    if (event.type === 'run') {
      line.work = workAfter(line.work, event.event);
      if (event.event.type === 'invocation.started') [line.is, line.sinceMs] = ['working', nowMs];
      return;
    }
    if (event.type === 'verifying') [line.is, line.sinceMs] = ['verifying', nowMs];
    else [line.is, line.words] = ['ended', endLine(event)];
    if (event.type === 'ended' && event.candidate.result === 'passed') this.#endOthers(nowMs);
    this.#draw();
  }

  /** Once one has passed, the others take as long as their processes need to end. */
  #endOthers(nowMs: number): void {
    for (const line of this.#lines.values()) {
      if (line.is === 'working' || line.is === 'verifying') [line.is, line.sinceMs] = ['ending', nowMs];
    }
  }

  pause(): void {
    this.#isPaused = true;
    this.#erase();
  }

  go(): void {
    this.#isPaused = false;
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.pause();
  }

  #draw(): void {
    if (this.#isPaused) return;
    const { stderr, clock } = this.#context.world;
    const texts = [...this.#lines].map(([plan, line]) => textOf(plan, line, clock.monotonic()));
    const lines = texts.map((text) => `${cut(visible(text), stderr.columns - 1)}\n`);
    this.#erase();
    stderr.stream.write(lines.join(''));
    this.#shown = lines.length;
  }

  #erase(): void {
    if (this.#shown === 0) return;
    this.#context.world.stderr.stream.write(`\u001b[${this.#shown}A\u001b[J`);
    this.#shown = 0;
  }
}

function textOf(plan: RacePlan, { is, sinceMs, work, words }: Line, nowMs: number): string {
  switch (is) {
    case 'waiting':
      return `${pairName(plan)}  waiting`;
    case 'working':
      return workLine(pairName(plan), nowMs - sinceMs, work);
    case 'verifying':
      return `${pairName(plan)}  verifying  ${formatDuration(nowMs - sinceMs)}`;
    case 'ending':
      return `${pairName(plan)}  ending  ${formatDuration(nowMs - sinceMs)}`;
    case 'ended':
      return words;
  }
}
