import { userInfo } from 'node:os';

/** Name of the user of this system. A container may run as a user without one. */
export function userName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? env.LOGNAME ?? 'unknown';
  }
}
