/** Who follows a signal, and its one listener: Node warns of more than ten. */
interface Followers {
  calls: Set<() => void>;
  listener: () => void;
}

const followed = new WeakMap<AbortSignal, Followers>();

/**
 * Calls back once a signal is aborted, at once when it is already; returns how to stop following it. Unlike `AbortSignal.any`, of which Node 20
 * keeps a reference for every signal that it makes, it keeps nothing of those that stopped: a signal may outlive a million runs.
 */
export function onAbort(signal: AbortSignal, then: () => void): () => void {
  if (signal.aborted) {
    then();
    return () => undefined;
  }
  const { calls, listener } = followed.get(signal) ?? follow(signal);
  const call = (): void => then();
  calls.add(call);
  return () => {
    if (!calls.delete(call) || calls.size > 0) return;
    signal.removeEventListener('abort', listener);
    followed.delete(signal);
  };
}

function follow(signal: AbortSignal): Followers {
  const calls = new Set<() => void>();
  const listener = (): void => {
    for (const call of [...calls]) call();
  };
  signal.addEventListener('abort', listener, { once: true });
  const made = { calls, listener };
  followed.set(signal, made);
  return made;
}

/** A signal that is aborted with the first of several; `release` stops following them. */
export function firstAbort(signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const releases = signals.map((one) => onAbort(one, () => controller.abort(one.reason)));
  return { signal: controller.signal, release: () => releases.forEach((release) => void release()) };
}
