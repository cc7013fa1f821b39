import { statSync } from 'node:fs';

/** Changes with each write to an SQLite database: it is written in its file or in its log. */
export function stateOf(file: string): string {
  return [file, `${file}-wal`].map(stateOfOne).join();
}

function stateOfOne(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return ''; // none yet, or one that cannot be read
  }
}
