/** One process as the system lists it. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  /** 0 where the system does not tell. */
  session: number;
  /** Start time in the system's own unit: ticks since the boot on Linux, seconds elsewhere. */
  start: number;
  /** Name of the program, on Linux cut to 15 bytes. */
  name: string;
  /** A zombie: it has ended, and its parent has not collected it yet. */
  isDead: boolean;
}

/** Reads `/proc/<pid>/stat` of Linux (proc_pid_stat(5)); `null` when it is empty or cut off. */
export function parseStat(text: string): ProcessEntry | null {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  if (open < 0 || close < open) return null;
  const [state = '', parent, group, session, ...rest] = text.slice(close + 2).split(' ');
  const start = Number(rest[15]);
  if (!Number.isFinite(start)) return null;
  return {
    pid: Number(text.slice(0, open)),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    start,
    name: text.slice(open + 1, close),
    isDead: isDeadState(state),
  };
}

/** Arguments of `ps` where there is no `/proc`: the columns that {@link parsePs} reads, without headings. */
export const PS_ARGS: readonly string[] = ['-Ao', 'pid=,ppid=,pgid=,stat=,lstart=,comm='];

const PS_LINE =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+\d\d:\d\d:\d\d\s+\d{4})\s+(.*?)\s*$/;

/** Reads the output of `ps` with {@link PS_ARGS} in the C locale and UTC; lines of another shape are left out. */
export function parsePs(text: string): ProcessEntry[] {
  return text.split('\n').flatMap((line): ProcessEntry[] => {
    const [, pid, parent, group, state = '', started = '', command = ''] = PS_LINE.exec(line) ?? [];
    const start = Date.parse(`${started} UTC`) / 1000;
    if (pid === undefined || Number.isNaN(start)) return [];
    const name = command.slice(command.lastIndexOf('/') + 1);
    const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group), session: 0, start };
    return [{ ...numbers, name, isDead: isDeadState(state) }];
  });
}

function isDeadState(state: string): boolean {
  return state.startsWith('Z') || state.startsWith('X');
}
