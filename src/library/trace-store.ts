import type { TraceDocument } from '../trace/document.js';
import type { TraceWriter } from '../trace/store.js';

/** A store of one's own for traces. */
export interface TraceStore extends TraceWriter {
  /** The trace with this id, for `resume`; `null`: there is none. */
  find?(id: string): Promise<TraceDocument | null>;
}
