import { join } from 'shlex';

/** A command line that a POSIX shell reads as exactly these arguments. */
export function shellCommand(argv: readonly string[]): string {
  return join([...argv]);
}
