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
    return preview === null ? entry : { ...entry, ...wouldRun(preview) };
  });
  return { ...document, plan: { ...document.plan, candidates, rejected } };
}

function previewFields(preview: Result<Preview, Failure> | undefined) {
  if (preview === undefined) return {};
  if (!preview.ok) return { argv: null, failure: failureDocument(preview.error) };
  if ('mock' in preview.value) return { argv: null };
  return 'argv' in preview.value
    ? { ...wouldRun(preview.value), stdin: preview.value.stdin }
    : wouldRun(preview.value);
}

function wouldRun(preview: Preview) {
  if ('mock' in preview) return {};
  return 'argv' in preview ? { argv: preview.argv } : { request: preview.request };
}
