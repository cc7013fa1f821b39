/** One value that a browser keeps; where it keeps none, such as with all site data blocked, it lives as long as the page. */
export interface Kept {
  get(): string | null;
  set(value: string | null): void;
}

/** `session`: until the tab is closed; a cookie would be sent by pages of others too. */
export function kept(kind: 'session' | 'local', key: string): Kept {
  let here: string | null = null;
  const area = (): Storage => (kind === 'session' ? window.sessionStorage : window.localStorage);
  return {
    get: () => attempt(() => area().getItem(key), here),
    set: (value) => {
      here = value;
      attempt(() => (value === null ? area().removeItem(key) : area().setItem(key, value)), undefined);
    },
  };
}

/** Blocked storage throws, even when it is only named. */
function attempt<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
