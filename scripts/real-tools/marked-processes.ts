import { readdir, readFile } from 'node:fs/promises';

/** A living process. */
export interface FoundProcess {
  pid: number;
  commandLine: string;
}

/** Processes whose environment holds `mark` (`NAME=value`), by `/proc`; none where there is no `/proc`. */
export async function findMarked(mark: string): Promise<FoundProcess[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((pid) => look(pid, mark)));
  return found.flat();
}

async function look(pid: string, mark: string): Promise<FoundProcess[]> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    if (!environment.split('\0').includes(mark)) return [];
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return [{ pid: Number(pid), commandLine: commandLine.split('\0').join(' ').trim() }];
  } catch {
    return []; // ended meanwhile, or not ours to look at
  }
}
