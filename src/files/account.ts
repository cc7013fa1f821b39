import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The home folder: `HOME`, else that of the account. A relative `HOME` would put our state, and what is trusted, into whatever folder a
 * run starts in.
 */
export function homeFolder(env: Environment): string {
  const home = env.HOME ?? '';
  return isAbsolute(home) ? home : accountHome();
}

/** Name of the user of this system. A container may run as a user without one. */
export function userName(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? env.LOGNAME ?? 'unknown';
  }
}

/** The home folder of the account; an id without an account, as in containers, gets one that does not exist. */
function accountHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/nonexistent';
  }
}
