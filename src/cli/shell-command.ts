import { join, split } from 'shlex';

/** A command line that a POSIX shell reads as exactly these arguments. */
export function shellCommand(argv: readonly string[]): string {
  return join([...argv]);
}

/** The words of a command line up to the cursor at its end: the last is empty after a space, and may lack its closing quote. */
export function wordsBefore(line: string): string[] {
  for (const end of ['', '"', "'", '\\']) {
    try {
      const words = split(line + end);
      return /\s$/.test(line) && end === '' ? [...words, ''] : words;
    } catch {
      // Another quote is open.
    }
  }
  return [''];
}
