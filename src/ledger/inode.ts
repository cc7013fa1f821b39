import { statSync } from 'node:fs';

/** Which file is at a path, as long as it is not deleted; `null`: there is none, or it cannot be seen. */
export function inodeOf(file: string): string | null {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
