import { execFile } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { commandWords, hasVariable, lastPid, openFile, openFiles, statOf } from '../../process/proc.js';
import type { ProcessEntry } from '../../process/process-entry.js';
import { findProcesses, listProcesses } from '../../process/process-list.js';
import { kinIn, sparedKin } from './kin.js';
import { taskkillArgs } from './windows.js';

/** The first look comes this soon after another, ms; each later one twice as late. */
const SHORTEST_POLL_MS = 10;
const LONGEST_POLL_MS = 100;
/** How long a killed process may take to disappear before we stop waiting for it, ms. */
const AFTER_KILL_MS = 2000;

/** By what a family is known. */
export interface FamilyMarks {
  /** The first of it, which leads a group and session of its own. */
  leader: number;
  /** `NAME=value` in the environment of everybody that a member starts, unless it is taken away; `null`: it is not looked for. */
  marker: string | null;
  /** Names of programs that may outlive the leader, with all that they start. */
  leaveRunning: readonly string[];
}

/** How long members have to end by themselves. */
export interface Patience {
  killAtMs: number;
  monotonicMs: () => number;
  /** Nobody waits any longer. */
  urgent: AbortSignal;
}

/** A process for ever: numbers are given again, but not with the same start. */
export type Identity = Pick<ProcessEntry, 'pid' | 'start'>;

/** What is known of a family whose beginning was not seen. */
export interface FamilyTraces {
  leader: Identity | null;
  /** All of it was started later than this. */
  since: number;
  pipes: readonly string[];
}

interface Beginning {
  since: number;
  pipes: readonly string[];
  members: ProcessEntry[];
  /** The group of the leader's number was founded by it for certain. */
  ownsGroup: boolean;
  births: Births;
}

/** A leader and all that descends from it, whatever session, parent or environment that has by now. */
export class Family {
  readonly #marks: FamilyMarks;
  readonly #since: number;
  readonly #pipes: readonly string[];
  /** Those who were looked at and are not of the family: start by pid. Environments do not change afterwards. */
  readonly #strangers = new Map<number, number>();
  readonly #asked = new Set<string>();
  readonly #ownsGroup: boolean;
  #members: ProcessEntry[];
  #bonds: ReadonlySet<number>;
  #births: Births;
  #looking: Promise<ProcessEntry[]> = Promise.resolve([]);

  private constructor(marks: FamilyMarks, from: Beginning) {
    this.#marks = marks;
    this.#since = from.since;
    this.#pipes = from.pipes;
    this.#members = from.members;
    this.#ownsGroup = from.ownsGroup;
    this.#bonds = new Set(from.members.map(({ pid }) => pid));
    this.#births = from.births;
  }

  /** The family of a process that was started just now: by what it holds open at first, others are known later. */
  static begin(marks: FamilyMarks): Family {
    const { leader } = marks;
    const row = statOf(leader);
    return new Family(marks, {
      since: row?.start ?? 0,
      pipes: pipesOf(leader),
      members: row === null ? [] : [row],
      ownsGroup: true,
      births: { newest: leader, isSettled: true, isOrdered: true },
    });
  }

  /** What is left of a family that somebody else began. */
  static async find(marks: FamilyMarks, { leader, since, pipes }: FamilyTraces): Promise<Family> {
    const rows = leader === null ? [] : await findProcesses([leader.pid]);
    return new Family(marks, {
      since: since + 1,
      pipes,
      members: rows.filter(({ start }) => start === leader?.start),
      ownsGroup: false,
      births: { newest: null, isSettled: false, isOrdered: false },
    });
  }

  /** Everybody of it who lives and may not stay. Nearly free while no process was started anywhere. */
  look(): Promise<ProcessEntry[]> {
    // One after the other: what an older list says must not replace what a newer one did.
    this.#looking = this.#looking.then(() => this.#lookNow());
    return this.#looking;
  }

  async #lookNow(): Promise<ProcessEntry[]> {
    const before = this.#births;
    this.#births = birthsSince(before, lastPid());
    const isUnchanged = before.isSettled && this.#births.isSettled;
    const { leader } = this.#marks;
    const rows = isUnchanged
      ? await findProcesses(this.#members.map(({ pid }) => pid))
      : await listProcesses(this.#births.isOrdered ? leader - 1 : 0);
    if (rows === null) return groupAlone(leader);
    const { members, bonds } = kinIn(rows, {
      known: new Map(this.#members.map(({ pid, start }) => [pid, start])),
      bonds: this.#bonds,
      isMarked: (row) => this.#isMarked(row),
    });
    this.#members = members.filter(({ pid }) => pid !== process.pid);
    if (!isUnchanged) this.#bonds = bonds;
    const spared = this.#spared();
    return this.#members.filter(({ pid, isDead }) => !isDead && !spared.has(pid));
  }

  /** Asks everybody once to end, or kills them. */
  async signal(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const members = await this.look();
    const { leader, leaveRunning } = this.#marks;
    const isNew = ({ pid, start }: ProcessEntry) =>
      signal === 'SIGKILL' || !this.#asked.has(`${pid} ${start}`);
    const addressed = members.filter(isNew);
    const asGroup = this.#ownsGroup && leaveRunning.length === 0;
    // One call reaches the whole group, also those that it is just starting.
    if (asGroup && addressed.some(({ group }) => group === leader)) send(-leader, signal);
    for (const { pid, group } of addressed) if (!asGroup || group !== leader) send(pid, signal);
    for (const { pid, start } of addressed) this.#asked.add(`${pid} ${start}`);
  }

  /** Ends who is left: SIGTERM, then SIGKILL. Gives those who could not be ended, because they are another user's. */
  async end({ killAtMs, monotonicMs, urgent }: Patience): Promise<ProcessEntry[]> {
    let left = await this.#lookClosely();
    let pauseMs = SHORTEST_POLL_MS;
    const pause = async () => {
      await wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_POLL_MS);
      left = await this.#lookClosely();
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

  /** One who is just being started has a number already and is not listed yet: nobody is nobody the second time. */
  async #lookClosely(): Promise<ProcessEntry[]> {
    const found = await this.look();
    return found.length > 0 || this.#births.isSettled ? found : this.look();
  }

  #isMarked(row: ProcessEntry): boolean {
    if (process.platform !== 'linux' || row.start < this.#since) return false;
    if (this.#strangers.get(row.pid) === row.start) return false;
    const marked = this.#marks.marker === null ? false : hasVariable(row.pid, this.#marks.marker);
    if (marked === true || openFiles(row.pid).some((file) => this.#pipes.includes(file))) return true;
    // Between fork and exec nothing can be read: who could not be asked is asked again.
    if (marked === false) this.#strangers.set(row.pid, row.start);
    return false;
  }

  #spared(): Set<number> {
    const { leader, leaveRunning } = this.#marks;
    if (leaveRunning.length === 0) return new Set();
    const names = new Set(leaveRunning);
    const isNamed = (row: ProcessEntry) => namesOf(row).some((name) => names.has(name));
    return sparedKin(this.#members, { leader, isNamed });
  }
}

/** What the numbers of new processes tell, which the system counts upwards and begins again at its highest. */
interface Births {
  /** The newest number; `null`: the system does not tell. */
  newest: number | null;
  /** Nobody was started since the look before. */
  isSettled: boolean;
  /** Whoever was started after the leader has a higher number. */
  isOrdered: boolean;
}

function birthsSince({ newest: known, isOrdered }: Births, newest: number | null): Births {
  if (newest === null || known === null) return { newest, isSettled: false, isOrdered: false };
  return { newest, isSettled: newest === known, isOrdered: isOrdered && newest >= known };
}

/** The pipes that a process writes into, by their names on Linux. */
export function pipesOf(pid: number): string[] {
  const files = [openFile(pid, 1), openFile(pid, 2)];
  return files.filter((file): file is string => file !== null && /^(pipe|socket):/.test(file));
}

/** A script runs under the name of its interpreter: its own is the second word. */
function namesOf({ pid, name }: ProcessEntry): string[] {
  return [
    name,
    ...commandWords(pid)
      .slice(0, 2)
      .map((word) => path.basename(word)),
  ];
}

/** Without a list of processes all that can be asked is whether the group has members. */
function groupAlone(leader: number): ProcessEntry[] {
  const target = process.platform === 'win32' ? leader : -leader;
  if (!isThere(target)) return [];
  return [{ pid: target, parent: 0, group: leader, session: 0, start: 0, name: '', isDead: false }];
}

function isThere(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch {
    return false;
  }
}

function send(target: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    const args = taskkillArgs(Math.abs(target), { force: signal === 'SIGKILL' });
    execFile('taskkill', args, { windowsHide: true, timeout: AFTER_KILL_MS }, () => undefined);
    return;
  }
  try {
    process.kill(target, signal);
    // Who was stopped could not hear it.
    if (signal === 'SIGTERM') process.kill(target, 'SIGCONT');
  } catch {
    // ESRCH: nobody is left. EPERM: what is left belongs to another user.
  }
}
