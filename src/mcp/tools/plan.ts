import { toUsd } from '../../domain/cost.js';
import { pairName } from '../../domain/plan.js';
import { ok } from '../../domain/result.js';
import type { Planned } from '../../router/planned.js';
import { askedOf } from '../asked.js';
import { failureText } from '../result.js';
import { withConfig } from '../service.js';
import type { McpTool, ToolAnswer } from '../tool.js';

export const plan: McpTool = {
  name: 'plan',
  title: 'Show what would run',
  description:
    'Shows what `ask` with the same arguments would run and why: tools and models in order, what is left out, and the limits. Runs nothing and costs nothing.',
  annotations: { readOnlyHint: true, openWorldHint: false },
  call: async ({ args, service }) => {
    const asked = await askedOf(args, service.jobs.cwd);
    if (!asked.ok) return asked;
    const request = service.requestOf(asked.value);
    if (!request.ok) return request;
    return withConfig(service, async ({ router, redactor, untrusted }) => {
      const planned = await router.plan(request.value);
      if (!planned.ok) return planned;
      const answer = planAnswer(planned.value);
      if (untrusted === null) return ok(redactor.value(answer));
      const texts = [...answer.texts, `It would not run now. ${failureText(untrusted)}`];
      return ok(redactor.value({ ...answer, texts }));
    });
  },
};

function planAnswer({ plan, spending }: Planned): ToolAnswer {
  const candidates = plan.candidates.map(({ tool, model, because }) => ({
    tool,
    model,
    because: because.map(({ rule, detail }) => (detail === null ? rule : `${rule}: ${detail}`)),
  }));
  const rejected = plan.rejected.map(({ tool, model, reason, detail, hint }) => ({
    tool,
    model,
    reason,
    detail,
    hint,
  }));
  const cap = spending.capMicroUsd;
  const data = {
    agent: plan.agent,
    policy: plan.policy,
    access: plan.access,
    candidates,
    rejected,
    estimated_input_tokens: plan.inputTokens,
    cap_usd: cap === null ? null : toUsd(cap),
  };
  const lines = [
    candidates.length === 0
      ? 'Nothing can run it now.'
      : `Agent ${plan.agent ?? '(none)'}, access ${plan.access}:`,
    ...candidates.map((one, index) => `${index + 1}. ${pairName(one)} (${one.because.join(', ')})`),
    ...rejected.map(
      (one) => `left out: ${pairName(one)}: ${one.detail}${one.hint === null ? '' : ` (${one.hint})`}`,
    ),
    ...(data.cap_usd === null ? [] : [`It may cost ${data.cap_usd} USD at most.`]),
  ];
  return { texts: [lines.join('\n')], data };
}
