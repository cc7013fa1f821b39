import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { openTraces } from '../reports/traces.js';
import { fileTrouble } from './file-trouble.js';

type TraceStore = ReturnType<typeof openTraces>;

/** What is read from a folder of traces; an `input` failure when the system refuses it. */
export async function readTraces<T>(
  dir: string,
  read: (store: TraceStore) => Promise<T>,
): Promise<Result<T, Failure>> {
  try {
    return ok(await read(openTraces(dir)));
  } catch (error) {
    if (codeOf(error) === null) throw error;
    const message = `cannot read the traces in \`${dir}\`: ${fileTrouble(error)}`;
    return err(failure('input', message, { hint: 'check who owns the folder' }));
  }
}
