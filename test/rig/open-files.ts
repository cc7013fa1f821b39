import { readdirSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Files below a path that this process has open and still refers to: libsql closes a file when its statements are collected. */
export async function openFiles(start: string): Promise<string[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise(setImmediate);
  }
  return openNow(start);
}

/** Files below a path that this process has open. */
export function openNow(start: string): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((name) => {
      try {
        return [readlinkSync(`/proc/self/fd/${name}`)];
      } catch {
        return []; // the descriptor of this listing itself
      }
    })
    .filter((file) => file.startsWith(start));
}
