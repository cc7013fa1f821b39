import type { Preview } from '../adapters/adapter.js';
import { failureDocument, invocationDocument } from '../domain/document.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Result } from '../domain/result.js';
import type { PlanView } from './plan-screen.js';

/** The document of a dry run: that of `exec`, and for each candidate what would run. */
export function plannedDocument(invocation: Invocation, { previews, rejectedPreviews }: PlanView) {
  const document = invocationDocument(invocation);
  const candidates = document.plan.candidates.map((candidate, index) => ({
    ...candidate,
    ...previewFields(previews[index]),
  }));
  const rejected = document.plan.rejected.map((entry, index) => {
    const preview = rejectedPreviews[index] ?? null;
    return preview === null || 'mock' in preview ? entry : { ...entry, argv: preview.argv };
  });
  return { ...document, plan: { ...document.plan, candidates, rejected } };
}

function previewFields(preview: Result<Preview, Failure> | undefined) {
  if (preview === undefined) return {};
  if (!preview.ok) return { argv: null, failure: failureDocument(preview.error) };
  return 'mock' in preview.value ? { argv: null } : { argv: preview.value.argv, stdin: preview.value.stdin };
}
