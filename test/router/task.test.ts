import { describe, expect, it } from '@jest/globals';
import { adapterOf } from '../../src/adapters/registry.js';
import { failedOutcome } from '../../src/domain/attempt.js';
import { failure } from '../../src/domain/failure.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { callOf } from '../../src/router/attempts/task.js';
import type { PlannedCandidate } from '../../src/router/planned.js';
import { configOf } from '../rig/config.js';
import { routerOf } from '../rig/router.js';

const HOST = { env: {}, platform: process.platform, adapterOf };
const CONFIG = configOf(`
tools: { bot: { binary: /bin/sh, args: ["{prompt}", [--cap, "{max_cost_usd}"]] } }
`);

async function planned(request: Partial<Request> = {}): Promise<PlannedCandidate> {
  const plan = await routerOf(CONFIG).plan({
    ...emptyRequest('/'),
    tool: 'bot',
    prompt: 'hello',
    ...request,
  });
  const [candidate] = plan.ok ? plan.value.candidates : [];
  if (candidate === undefined) throw new Error('the plan has no candidate');
  return candidate;
}

describe('the call of an attempt', () => {
  it('is the one that the plan shows, as long as its cap stays the same', async () => {
    const candidate = await planned({ maxCostMicroUsd: 1_000_000 });
    const call = callOf(
      candidate,
      { maxCostMicroUsd: 1_000_000, rejectedAnswer: null, handover: null },
      HOST,
    );
    expect(call).toBe(candidate.call);
  });

  it('is filled in again with what is left of the cap', async () => {
    const candidate = await planned({ maxCostMicroUsd: 1_000_000 });
    expect(
      callOf(candidate, { maxCostMicroUsd: 250_000, rejectedAnswer: null, handover: null }, HOST),
    ).toMatchObject({
      value: { preview: { argv: ['/bin/sh', 'hello', '--cap', '0.25'] } },
    });
  });

  it('is filled in again with an answer that broke its schema', async () => {
    const candidate = await planned();
    const rejectedAnswer = { ...failedOutcome(failure('contract_violation', 'it is not JSON')), text: 'no' };
    const call = callOf(candidate, { maxCostMicroUsd: null, rejectedAnswer, handover: null }, HOST);
    expect(call).toMatchObject({
      value: { preview: { argv: ['/bin/sh', expect.stringMatching(/^hello\n\n.*no\n\n.*it is not JSON/s)] } },
    });
  });
});
