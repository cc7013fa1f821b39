import type { Preview } from '../adapters/adapter.js';
import { failureDocument, invocationDocument } from '../domain/document.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Result } from '../domain/result.js';

/** The document of a dry run: that of `exec`, and for each candidate what would run. */
export function plannedDocument(invocation: Invocation, previews: readonly Result<Preview, Failure>[]) {
  const document = invocationDocument(invocation);
  const candidates = document.plan.candidates.map((candidate, index) => ({
    ...candidate,
    ...previewFields(previews[index]),
  }));
  return { ...document, plan: { ...document.plan, candidates } };
}

function previewFields(preview: Result<Preview, Failure> | undefined) {
  if (preview === undefined) return {};
  if (!preview.ok) return { argv: null, failure: failureDocument(preview.error) };
  return 'mock' in preview.value ? { argv: null } : { argv: preview.value.argv, stdin: preview.value.stdin };
}
