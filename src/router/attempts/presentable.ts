import type { ProviderCall } from '../../domain/attempt.js';
import type { Failure } from '../../domain/failure.js';
import { plainText } from '../../domain/plain-text.js';
import type { Redactor } from '../../redact/redact.js';

/** A call without secrets, in words that may be shown on a terminal. */
export function presentableCall(call: ProviderCall, redactor: Redactor): ProviderCall {
  return {
    ...call,
    model: call.model === null ? null : redactor.text(plainText(call.model)),
    failure: call.failure === null ? null : presentableFailure(call.failure, redactor),
  };
}

/** The same of a failure. */
export function presentableFailure(failed: Failure, redactor: Redactor): Failure {
  const { message, hint, stderrTail, received } = failed;
  const shown = (words: string): string => redactor.text(plainText(words));
  return {
    ...failed,
    message: shown(message),
    hint: hint === null ? null : shown(hint),
    stderrTail: stderrTail === null ? null : shown(stderrTail),
    received: received === null ? null : redactor.text(received),
  };
}
