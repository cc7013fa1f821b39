import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeEach, expect } from '@jest/globals';

/** A test without an assertion proves nothing: it fails. */
beforeEach(() => expect.hasAssertions());

/**
 * Jest enables an `AsyncLocalStorage` for each file and never disables it. All of them are copied with every promise of the process, so that
 * the files of a worker get slower one by one.
 */
const enabled = new Set<AsyncLocalStorage<unknown>>();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (this: AsyncLocalStorage<unknown>, ...args: unknown[]) {
  enabled.add(this);
  return Reflect.apply(run, this, args);
} as typeof run;

afterAll(() => {
  AsyncLocalStorage.prototype.run = run;
  for (const storage of enabled) storage.disable();
});
