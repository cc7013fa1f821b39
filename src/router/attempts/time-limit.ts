import { createContext, Script } from 'node:vm';
import { codeOf } from '../../domain/system-error.js';

/**
 * Runs synchronous work, which no timer and no signal could end, for a limited time. What the work throws is thrown.
 */
export function within<T>(limitMs: number, work: () => T): T | 'too_slow' {
  try {
    return CALL.runInContext(createContext({ work }), { timeout: limitMs, displayErrors: false }) as T;
  } catch (error) {
    if (codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'too_slow';
    throw error;
  }
}

/** Node ends what a script calls, wherever that was compiled, when the time of the script is over. */
const CALL = new Script('work()');
