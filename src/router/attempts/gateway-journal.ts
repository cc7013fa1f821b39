import type { CallNotes } from '../../gateway/world.js';
import { withoutTexts } from '../../redact/private-texts.js';
import { CallJournal } from '../../trace/call-journal.js';
import { folderOf, traceFile } from '../../trace/store.js';
import type { Run } from '../state.js';
import { presentableCall } from './presentable.js';

/** The journal of the calls of one attempt. */
export interface AttemptJournal extends CallNotes {
  close(): void;
}

/** Keeps the calls of an attempt beside the trace of its run; `null`: no trace is kept in a folder. */
export function attemptJournal({ stores, planned, host }: Run, attempt: number): AttemptJournal | null {
  const dir = stores.traces && folderOf(stores.traces.place);
  if (dir === null) return null;
  const { id, startedAt, request, policy } = planned;
  const { redactor } = host;
  const privateTexts = policy.privacy.logPrompts ? [] : [request.prompt, request.system];
  const journal = new CallJournal(traceFile(dir, id, startedAt), (entry) =>
    redactor.value(withoutTexts(entry, privateTexts)),
  );
  return {
    begun: (call, begun) => journal.append({ attempt, call, begun }),
    ended: (call, ended) => journal.append({ attempt, call, ended: presentableCall(ended, redactor) }),
    close: () => journal.close(),
  };
}
