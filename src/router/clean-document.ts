import { invocationDocument } from '../domain/document.js';
import type { Invocation } from '../domain/invocation.js';
import type { Redactor } from '../redact/redact.js';

/** The document with secrets masked everywhere but in the tool's own answer, which is never altered. */
export function cleanDocument(invocation: Invocation, redactor: Redactor) {
  const document = invocationDocument(invocation);
  const { text, data, ...rest } = document;
  return { ...document, ...redactor.value(rest), text, data };
}
