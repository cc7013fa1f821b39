import type { Call, Preview } from '../adapters/adapter.js';
import { failureDocument, invocationDocument } from '../domain/document.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Result } from '../domain/result.js';
import type { GatewayUse } from '../policy/gateway.js';
import { type Planned, previewOfMissing } from './planned.js';

/** A plan with what each candidate would run. */
export interface PlanView extends Pick<Planned, 'plan' | 'rejected'> {
  candidates: readonly { call: Result<Pick<Call, 'preview'>, Failure>; gateway: GatewayUse | null }[];
}

/** The document of a dry run: that of `exec`, and for each candidate what would run. */
export function plannedDocument(invocation: Invocation, view: PlanView) {
  const document = invocationDocument(invocation);
  const candidates = document.plan.candidates.map((candidate, index) => ({
    ...candidate,
    ...callFields(view.candidates[index]?.call),
    gateway: gatewayDocument(view.candidates[index]?.gateway ?? null),
  }));
  const rejected = document.plan.rejected.map((entry, index) => {
    const rejection = view.rejected[index];
    const preview = rejection === undefined ? null : previewOfMissing(rejection);
    return preview === null ? entry : { ...entry, ...wouldRun(preview) };
  });
  const most = { most_input_tokens: invocation.plan.mostInputTokens };
  return { ...document, plan: { ...document.plan, ...most, candidates, rejected } };
}

/** Whether the calls of the tool would pass through the router, and why; `null`: it has no gateway. */
function gatewayDocument(use: GatewayUse | null) {
  return use === null ? null : { used: use.isUsed, why: use.why };
}

function callFields(call: PlanView['candidates'][number]['call'] | undefined) {
  if (call === undefined) return {};
  if (!call.ok) return { argv: null, failure: failureDocument(call.error) };
  const { preview } = call.value;
  if ('inProcess' in preview) return { argv: null };
  return 'argv' in preview ? { ...wouldRun(preview), stdin: preview.stdin } : wouldRun(preview);
}

function wouldRun(preview: Preview) {
  if ('inProcess' in preview) return {};
  return 'argv' in preview ? { argv: preview.argv } : { request: preview.request };
}
