import { fileTraceStore, type TraceStore } from '../trace/store.js';

/** For one invocation: the calls inside it, and their costs together. */
export {
  costOf,
  type Family,
  familyOf,
  nestedIn,
  ownTotal,
  type Total,
  type TreeNode,
} from '../trace/family.js';
export { pruneTraces } from '../trace/retention.js';
export { traceFile } from '../trace/store.js';

/** The traces in a folder, for reading. */
export function openTraces(dir: string): TraceStore {
  return fileTraceStore(dir);
}
