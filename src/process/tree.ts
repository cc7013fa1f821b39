import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { commandWords, hasVariable, lastPid, openFile, openFiles, statOf } from './proc.js';
import type { ProcessEntry } from './process-entry.js';
import { findProcesses, listProcesses, listStartedSince } from './process-list.js';
import { sendSignal, takesSignals } from './signal.js';
import { allowedToStay, membersIn } from './tree-members.js';

/** Pause between two looks while processes end, ms: doubled from one to the next. */
const SHORTEST_POLL_MS = 10;
const LONGEST_POLL_MS = 100;
/** How long a killed process may take to disappear before we stop waiting for it, ms. */
const AFTER_KILL_MS = 2000;

/** By what the processes of a tree are recognised. */
export interface TreeMarks {
  /** Pid of the first process, leader of a session and process group of its own. */
  leader: number;
  /** `NAME=value` in the environment of every descendant that has not removed it; `null`: not looked for. */
  marker: string | null;
  /** Names of programs that may outlive the leader, with their descendants. */
  leaveRunning: readonly string[];
}

/** Time that processes have to end by themselves. */
export interface GracePeriod {
  killAtMs: number;
  monotonicMs: () => number;
  /** Ends the grace period at once. */
  urgent: AbortSignal;
}

/** A process of this boot: pids are given out again, but not with the same start. */
export type ProcessKey = Pick<ProcessEntry, 'pid' | 'start'>;

/** What is known of a tree that another process started. */
export interface RecordedTree {
  leader: ProcessKey | null;
  /** Every process of it was started later than this. */
  since: number;
  pipes: readonly string[];
}

interface InitialState {
  since: number;
  pipes: readonly string[];
  members: ProcessEntry[];
  /** The process group with the leader's number was created by the leader. */
  ownsGroup: boolean;
  pidCounter: PidCounter;
}

/** A process and all its descendants, orphans included, whatever session, parent or environment they have by now. */
export class ProcessTree {
  readonly #marks: TreeMarks;
  readonly #since: number;
  readonly #pipes: readonly string[];
  /** Processes known not to belong here: start by pid. An environment never changes after the start. */
  readonly #unrelated = new Map<number, number>();
  /** Members that have had SIGTERM, by pid and start. */
  readonly #signalled = new Set<string>();
  readonly #ownsGroup: boolean;
  #members: ProcessEntry[];
  /** Sessions and process groups that members created. */
  #groups: ReadonlySet<number>;
  #pidCounter: PidCounter;
  #lastLook: Promise<ProcessEntry[]> = Promise.resolve([]);

  private constructor(marks: TreeMarks, initial: InitialState) {
    this.#marks = marks;
    this.#since = initial.since;
    this.#pipes = initial.pipes;
    this.#members = initial.members;
    this.#ownsGroup = initial.ownsGroup;
    this.#groups = new Set(initial.members.map(({ pid }) => pid));
    this.#pidCounter = initial.pidCounter;
  }

  /** The tree of a process that was started just now and still has the pipes it was given. */
  static ofChild(marks: TreeMarks): ProcessTree {
    const { leader } = marks;
    const entry = statOf(leader);
    return new ProcessTree(marks, {
      since: entry?.start ?? 0,
      pipes: pipesOf(leader),
      members: entry === null ? [] : [entry],
      ownsGroup: true,
      pidCounter: { newest: leader, isUnchanged: true, isOrdered: true },
    });
  }

  /** What is left of a tree that another process started. */
  static async fromRecord(marks: TreeMarks, { leader, since, pipes }: RecordedTree): Promise<ProcessTree> {
    const entries = leader === null ? [] : await findProcesses([leader.pid]);
    return new ProcessTree(marks, {
      since: since + 1,
      pipes,
      members: entries.filter(({ start }) => start === leader?.start),
      ownsGroup: false,
      pidCounter: { newest: null, isUnchanged: false, isOrdered: false },
    });
  }

  /** Live members that must end. Nearly free while no process was started on the machine. */
  findLive(): Promise<ProcessEntry[]> {
    // One look after the other: the result of an older list must not replace that of a newer one.
    this.#lastLook = this.#lastLook.then(() => this.#look());
    return this.#lastLook;
  }

  async #look(): Promise<ProcessEntry[]> {
    const before = this.#pidCounter;
    this.#pidCounter = readPidCounter(before);
    const isUnchanged = before.isUnchanged && this.#pidCounter.isUnchanged;
    const { leader } = this.#marks;
    const entries = isUnchanged
      ? await findProcesses(this.#members.map(({ pid }) => pid))
      : await this.#listPossible();
    if (entries === null) return groupOnly(leader);
    const { members, groups } = membersIn(entries, {
      known: new Map(this.#members.map(({ pid, start }) => [pid, start])),
      groups: this.#groups,
      isMarked: (entry) => this.#isMarked(entry),
    });
    this.#members = members.filter(({ pid }) => pid !== process.pid);
    if (!isUnchanged) this.#groups = groups;
    const allowed = this.#allowedToStay();
    return this.#members.filter(({ pid, isDead }) => !isDead && !allowed.has(pid));
  }

  /** Every process that may be a member. */
  #listPossible(): Promise<ProcessEntry[] | null> {
    const { newest, isOrdered } = this.#pidCounter;
    return isOrdered && newest !== null ? listStartedSince(this.#marks.leader, newest) : listProcesses();
  }

  /** Sends SIGTERM once to each member, or SIGKILL to all. */
  async signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const members = await this.findLive();
    const { leader, leaveRunning } = this.#marks;
    const isNew = (entry: ProcessEntry) => signal === 'SIGKILL' || !this.#signalled.has(keyOf(entry));
    const addressed = members.filter(isNew);
    const asGroup = this.#ownsGroup && leaveRunning.length === 0;
    // One call reaches the whole group, also processes that it is just starting.
    if (asGroup && addressed.some(({ group }) => group === leader)) sendSignal(-leader, signal);
    for (const { pid, group } of addressed) if (!asGroup || group !== leader) sendSignal(pid, signal);
    for (const entry of addressed) this.#signalled.add(keyOf(entry));
  }

  /** Ends all members: SIGTERM, after the grace period SIGKILL. Returns those that could not be ended, such as another user's. */
  async end({ killAtMs, monotonicMs, urgent }: GracePeriod): Promise<ProcessEntry[]> {
    let left = await this.#findLiveForSure();
    let pauseMs = SHORTEST_POLL_MS;
    const pause = async () => {
      await wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_POLL_MS);
      left = await this.#findLiveForSure();
    };
    while (left.length > 0 && monotonicMs() < killAtMs && !urgent.aborted) {
      await this.signal('SIGTERM');
      await pause();
    }
    pauseMs = SHORTEST_POLL_MS;
    const giveUpMs = monotonicMs() + AFTER_KILL_MS;
    while (left.length > 0 && monotonicMs() < giveUpMs) {
      await this.signal('SIGKILL');
      await pause();
    }
    return left;
  }

  /** A process has its pid a moment before it is listed: the tree counts as empty only after two empty looks. */
  async #findLiveForSure(): Promise<ProcessEntry[]> {
    const found = await this.findLive();
    return found.length > 0 || this.#pidCounter.isUnchanged ? found : this.findLive();
  }

  #isMarked(entry: ProcessEntry): boolean {
    if (process.platform !== 'linux' || entry.start < this.#since) return false;
    if (this.#unrelated.get(entry.pid) === entry.start) return false;
    const { marker } = this.#marks;
    const hasMarker = marker === null ? false : hasVariable(entry.pid, marker);
    if (hasMarker === true || openFiles(entry.pid).some((file) => this.#pipes.includes(file))) return true;
    // `null`: between fork and exec the environment cannot be read, so the next look reads it again.
    if (hasMarker === false) this.#unrelated.set(entry.pid, entry.start);
    return false;
  }

  #allowedToStay(): Set<number> {
    const { leader, leaveRunning } = this.#marks;
    if (leaveRunning.length === 0) return new Set();
    const names = new Set(leaveRunning);
    const isNamed = (entry: ProcessEntry) => namesOf(entry).some((name) => names.has(name));
    return allowedToStay(this.#members, { leader, isNamed });
  }
}

/** Linux gives out pids upwards and starts again after the highest: the newest one tells whether a process was started. */
interface PidCounter {
  /** The newest pid; `null`: the system does not tell. */
  newest: number | null;
  /** No process was started since the look before. */
  isUnchanged: boolean;
  /** Every process started after the leader has a higher pid. */
  isOrdered: boolean;
}

function readPidCounter({ newest: known, isOrdered }: PidCounter): PidCounter {
  const newest = lastPid();
  if (newest === null || known === null) return { newest, isUnchanged: false, isOrdered: false };
  return { newest, isUnchanged: newest === known, isOrdered: isOrdered && newest >= known };
}

/** The pipes that are stdout and stderr of a process, by their names on Linux. */
export function pipesOf(pid: number): string[] {
  const files = [openFile(pid, 1), openFile(pid, 2)];
  return files.filter((file): file is string => file !== null && /^(pipe|socket):/.test(file));
}

function keyOf({ pid, start }: ProcessEntry): string {
  return `${pid} ${start}`;
}

/** A script runs under the name of its interpreter, and its own name is the second word of the command line. */
function namesOf({ pid, name }: ProcessEntry): string[] {
  const words = commandWords(pid).slice(0, 2);
  return [name, ...words.map((word) => path.basename(word))];
}

/** Without a list of processes all that can be asked is whether the group has members. */
function groupOnly(leader: number): ProcessEntry[] {
  const target = process.platform === 'win32' ? leader : -leader;
  if (!takesSignals(target)) return [];
  return [{ pid: target, parent: 0, group: leader, session: 0, start: 0, name: '', isDead: false }];
}
