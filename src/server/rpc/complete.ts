import type { Failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import { err, ok, type Result } from '../../domain/result.js';
import { cleanDocument } from '../../router/clean-document.js';
import { type CallerContext, contextDocument } from '../caller.js';
import { type RunOptions, runRequest } from '../runs.js';
import type { Method, MethodCall } from './method.js';
import { errorOf, type RpcError } from './protocol.js';
import { type RunParams, requestOf } from './run-params.js';

export const complete: Method = {
  name: 'llm.complete',
  summary: 'Runs a request and gives its answer',
  result: 'the document of `llm-router exec --json`, and `a2a_context`',
  params: 'run',
  call: async (call) => {
    const run = await runCall(call, {});
    if (!run.ok) return err(errorOf(run.error));
    return resultOf(run.value, call);
  },
};

/** Runs the request of a call. */
export async function runCall(
  { params, context, service, gone }: MethodCall,
  more: Pick<RunOptions, 'onEvent' | 'planned'>,
): Promise<Result<Invocation, Failure>> {
  const { config } = service.active();
  const asked = requestOf(params as RunParams, context, { config, cwd: service.world.cwd });
  return asked.ok ? runRequest(service, asked.value, { gone, ...more }) : asked;
}

function resultOf(invocation: Invocation, call: MethodCall): Result<object, RpcError> {
  const document = runDocument(invocation, call);
  const { failure } = invocation;
  if (failure === null) return ok(document);
  return err({ ...errorOf(failure), more: { id: invocation.id, invocation: document } });
}

/** The document of a run for its caller. */
export function runDocument(
  invocation: Invocation,
  { service, context }: { service: MethodCall['service']; context: CallerContext },
) {
  const { redactor } = service.active().host;
  return { ...cleanDocument(invocation, redactor), a2a_context: contextDocument(context) };
}
