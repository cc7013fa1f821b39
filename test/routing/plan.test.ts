import { describe, expect, it } from '@jest/globals';
import type { RouterConfig } from '../../src/config/types.js';
import type { Facts } from '../../src/domain/facts.js';
import type { Plan } from '../../src/domain/plan.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { namesOf } from '../../src/gates/candidate.js';
import { resolveNames } from '../../src/routing/names.js';
import { agentWarnings, makePlan, taskWarnings } from '../../src/routing/plan.js';
import { configOf } from '../rig/config.js';
import { resolved } from '../rig/resolved.js';

const CONFIG = configOf(`
default_agent: dev
agents:
  dev:
    preferred_tool: alpha
    preferred_model: mid
    fallback_chain: [beta:big, small, gamma]
    task_types: { quick: small, deep: beta:big }
  plain: { preferred_model: big }
  careful: { preferred_tool: alpha, preferred_model: mid, fallback_chain: [beta:big], policy: strict }
tools:
  alpha: { binary: alpha, args: [--model, "{model}"], models: [mid, small] }
  beta: { binary: beta, args: [--model, "{model}", "{access_args}"], models: [big, small], access_args: { read: [] } }
  gamma: { binary: gamma, args: [] }
  any: { binary: any, args: ["{model}"], models: ["*"] }
models:
  small: { tier: fast, context_window: 1000 }
  mid: { tier: balanced, context_window: 5000 }
  big: { tier: premium, context_window: 100000 }
tiers: { fast: [small], balanced: mid, premium: [big, mid] }
policies:
  default:
    cost_optimization: { simple_task_threshold_tokens: 100, simple_task_models: [] }
  strict:
    governance: { denied_models: ["m*"], allowed_tools: ["*"] }
  cheap:
    cost_optimization: { simple_task_threshold_tokens: 100, simple_task_models: [small], complex_task_models: [big] }
`);

const REQUEST: Request = { ...emptyRequest('/tmp'), prompt: 'hello' };

const ALL = ['alpha', 'beta', 'gamma', 'any'];

function isThere(name: string): [string, Facts['tools'][string]] {
  return [name, { available: true, path: null }];
}

function facts(available: readonly string[] = ALL, more: Partial<Facts> = {}): Facts {
  const tools = Object.fromEntries(
    [...ALL, 'claude-code'].map((name) => [
      name,
      available.includes(name)
        ? ({ available: true, path: `/bin/${name}` } as const)
        : ({
            available: false,
            reason: 'tool_not_found',
            detail: `\`${name}\` not found in PATH`,
            hint: 'install it',
          } as const),
    ]),
  );
  return {
    nowMs: 1_000_000,
    tools,
    cooldowns: [],
    billing: {},
    spend: [],
    spendTrouble: null,
    inputTokens: 500,
    mostInputTokens: 500,
    ...more,
  };
}

type Decided = Pick<Plan, 'access' | 'candidates' | 'rejected' | 'warnings'>;

/** The plan of a request that is given by names. */
function plan(request: Partial<Request>, given: Facts = facts(), config: RouterConfig = CONFIG): Decided {
  const asked = resolved(config, { ...REQUEST, ...request });
  const made = makePlan(config, given, asked);
  return {
    access: asked.access,
    candidates: made.candidates.map(namesOf),
    rejected: made.rejected.map((one) => one.names),
    warnings: [...agentWarnings(config, asked.agent, made), ...taskWarnings(asked.agent, asked.request)],
  };
}

const pairs = (made: Decided): string[] => made.candidates.map(({ tool, model }) => `${tool}:${model}`);
const rules = (made: Decided, index = 0): string[] =>
  made.candidates[index]?.because.map(({ rule }) => rule) ?? [];
const reasons = (made: Decided): string[] =>
  made.rejected.map(({ tool, model, reason }) => `${tool}:${model} ${reason}`);

describe('the choice of the model', () => {
  it('takes the preferred pair, then the fallback chain, in order', () => {
    const made = plan({});
    expect(pairs(made)).toEqual(['alpha:mid', 'beta:big', 'alpha:small', 'gamma:null']);
    expect(rules(made)).toEqual(['preferred', 'above_threshold']);
    expect(rules(made, 1)).toEqual(['fallback']);
  });

  it('says which line of the config decided', () => {
    expect(plan({}).candidates[1]?.because[0]?.at).toMatch(/^llm-router\.yaml:8:\d+$/);
  });

  it('warns when agents exist and none is named, unless a tool or model is', () => {
    const config = { ...CONFIG, defaultAgent: null };
    const advice = 'no agent is named: say `-a` or set `default_agent` (agents: `dev`, `plain`, `careful`)';
    expect(plan({}, facts(), config).warnings).toEqual([advice]);
    expect(plan({}, facts([]), config).warnings).toEqual([advice]);
    expect(plan({ agent: 'plain' }, facts(), config).warnings).toEqual([]);
    expect(plan({ tool: 'alpha' }, facts(), config).warnings).toEqual([]);
    expect(plan({}, facts(), { ...config, agents: {} }).warnings).toEqual([]);
  });

  it('an explicit tool and model are taken alone', () => {
    const made = plan({ tool: 'beta', model: 'small' });
    expect(pairs(made)).toEqual(['beta:small']);
    expect(rules(made)).toEqual(['explicit']);
  });

  it('an explicit tool has its chain with --fallback', () => {
    expect(pairs(plan({ tool: 'beta', model: 'small', fallback: true }))).toEqual([
      'beta:small',
      'beta:big',
      'alpha:small',
      'gamma:null',
    ]);
  });

  it('a tool alone gets the preferred model if it lists it, else its first', () => {
    expect(pairs(plan({ tool: 'alpha' }))).toEqual(['alpha:mid']);
    expect(pairs(plan({ tool: 'beta' }))).toEqual(['beta:big']);
    expect(pairs(plan({ tool: 'gamma' }))).toEqual(['gamma:null']);
  });

  it('a model alone stays on the preferred tool, else moves to the first available one that lists it', () => {
    expect(pairs(plan({ model: 'small' }))).toEqual(['alpha:small']);
    const moved = plan({ model: 'big' });
    expect(pairs(moved)).toEqual(['beta:big']);
    expect(rules(moved)).toEqual(['explicit', 'tool_switched']);
  });

  it('a task overrides a tier, a tier overrides cost optimisation', () => {
    expect(rules(plan({ task: 'quick', tier: 'premium' }))).toEqual(['task_type']);
    expect(pairs(plan({ task: 'deep' }))[0]).toBe('beta:big');
    expect(rules(plan({ tier: 'fast' }, facts(ALL, { inputTokens: 10 })))).toEqual(['tier']);
  });

  it('complexity maps to a tier', () => {
    const made = plan({ complexity: 'high' });
    expect(pairs(made)[0]).toBe('beta:big');
    expect(rules(made)).toEqual(['complexity', 'tool_switched']);
  });

  it('a tier takes its first usable model and gives the reason against earlier ones', () => {
    const made = plan({ tier: 'premium' }, facts(['alpha']));
    expect(pairs(made)[0]).toBe('alpha:mid');
    expect(reasons(made)[0]).toBe('beta:big tool_not_found');
  });

  it('an unknown task is a warning that lists the known ones', () => {
    expect(plan({ task: 'nope' }).warnings).toEqual([
      'agent `dev` has no such entry in `task_types` (`quick`, `deep`), so task `nope` is ignored',
    ]);
  });

  it('an agent with only a model runs on the first available tool that lists it', () => {
    expect(pairs(plan({ agent: 'plain' }))).toEqual(['beta:big']);
  });
});

describe('cost optimisation', () => {
  const cheap = (request: Partial<Request>, tokens: number): Decided => {
    const dev = CONFIG.agents.dev;
    if (dev === undefined) throw new Error('no agent');
    const config = { ...CONFIG, agents: { dev: { ...dev, policy: { value: 'cheap', at: null } } } };
    return plan(request, facts(ALL, { inputTokens: tokens }), config);
  };

  it('takes the first simple model below the threshold, then the preferred pair', () => {
    const made = cheap({}, 99);
    expect(pairs(made).slice(0, 2)).toEqual(['alpha:small', 'alpha:mid']);
    expect(rules(made)).toEqual(['cost_optimization']);
    expect(rules(made, 1)).toEqual(['preferred']);
  });

  it('takes the complex models at and above it', () => {
    const made = cheap({}, 100);
    expect(pairs(made)[0]).toBe('beta:big');
    expect(rules(made)).toContain('above_threshold');
  });

  it('does not apply to an explicit choice', () => {
    expect(rules(cheap({ model: 'mid' }, 10))).toEqual(['explicit']);
  });
});

describe('the gates', () => {
  it('a missing binary is rejected with its fix, the next one is taken', () => {
    const made = plan({}, facts(['beta']));
    expect(pairs(made)).toEqual(['beta:big']);
    expect(made.rejected[0]).toMatchObject({
      tool: 'alpha',
      reason: 'tool_not_found',
      hint: 'install it',
      phase: 'plan',
    });
  });

  it("a requested policy overrides the agent's", () => {
    expect(reasons(plan({ policy: 'strict' }))).toEqual(['alpha:mid not_allowed']);
    expect(reasons(plan({ agent: 'careful', policy: 'default' }))).toEqual([]);
  });

  it('governance applies to fallbacks too', () => {
    const made = plan({ agent: 'careful' });
    expect(pairs(made)).toEqual(['beta:big']);
    expect(reasons(made)).toEqual(['alpha:mid not_allowed']);
    expect(made.rejected[0]?.at).toMatch(/^llm-router\.yaml:26:/);
  });

  it('a tool that accepts any id is not chosen over one that lists the model', () => {
    const any = configOf(`
agents: { a: { preferred_tool: one, preferred_model: x, fallback_chain: [known, three] } }
tools: { one: { kind: mock, models: ['*'], responses: [{}] }, two: { kind: mock, models: [known], responses: [{}] }, three: { kind: mock, responses: [{}] } }
`);
    const known = { ...facts(), tools: Object.fromEntries(['one', 'two', 'three'].map(isThere)) };
    const made = plan({ agent: 'a' }, known, any);
    expect(pairs(made)).toEqual(['one:x', 'two:known', 'three:null']);
  });

  it('a denied tool is refused anywhere in the plan, with the line that denies it', () => {
    const denied = configOf(`
agents: { a: { preferred_tool: one, fallback_chain: [two, three] } }
tools: { one: { kind: mock, responses: [{}] }, two: { kind: mock, responses: [{}] }, three: { kind: mock, responses: [{}] } }
policies: { default: { governance: { denied_tools: [one, 't*o'] } } }
`);
    const known = { ...facts(), tools: Object.fromEntries(['one', 'two', 'three'].map(isThere)) };
    const made = plan({ agent: 'a' }, known, denied);
    expect(pairs(made)).toEqual(['three:null']);
    expect(made.rejected).toMatchObject([
      { tool: 'one', reason: 'not_allowed', at: 'llm-router.yaml:5:53' },
      { tool: 'two', reason: 'not_allowed', at: 'llm-router.yaml:5:58' },
    ]);
  });

  it('preferred providers come first only where the first usable model is taken', () => {
    const preferring = configOf(`
agents: { a: { preferred_tool: one, preferred_model: o, fallback_chain: ['one:o', 'one:g'] } }
tools: { one: { kind: mock, models: [o, g, c], responses: [{}] } }
models: { o: { provider: openai }, g: { provider: google }, c: { provider: anthropic } }
tiers: { fast: [o, g, c] }
policies: { default: { governance: { provider_preference: [anthropic, google] } } }
`);
    const known = { ...facts(), tools: Object.fromEntries([isThere('one')]) };
    const made = (more: Partial<Request>) => plan({ agent: 'a', ...more }, known, preferring);
    expect(pairs(made({ tier: 'fast' }))[0]).toBe('one:c');
    expect(made({ tier: 'fast' }).candidates[0]?.because[0]?.detail).toBe(
      'tier `fast`; provider `anthropic` is preferred',
    );
    expect(pairs(made({}))).toEqual(['one:o', 'one:g']);
  });

  it('a prompt over the window is rejected, a larger window is not', () => {
    const made = plan({}, facts(ALL, { inputTokens: 6000 }));
    expect(reasons(made)).toEqual(['alpha:mid context_too_large', 'alpha:small context_too_large']);
    expect(pairs(made)).toEqual(['beta:big', 'gamma:null']);
  });

  it('a cooldown of the model or of the tool holds until its time', () => {
    const cooldowns = [{ tool: 'alpha', model: null, reason: 'quota' as const, untilMs: 2_000_000 }];
    expect(reasons(plan({}, facts(ALL, { cooldowns })))).toEqual(['alpha:mid quota', 'alpha:small quota']);
    expect(reasons(plan({}, facts(ALL, { cooldowns, nowMs: 2_000_000 })))).toEqual([]);
  });

  it('a hard budget refuses what has no price', () => {
    const window = {
      window: 'daily' as const,
      key: 'daily_usd',
      scope: 'global',
      of: '',
      period: '1970-01-01',
      endsAtMs: 86_400_000,
      isHard: true,
      thresholdPercent: 80,
      limitMicroUsd: 1,
      settledMicroUsd: 0,
      reservedMicroUsd: 0,
      drawableMicroUsd: 0,
      at: 'x:1:1',
    };
    expect(reasons(plan({ tool: 'alpha' }, facts(ALL, { spend: [window] })))).toEqual([
      'alpha:mid budget_exceeded',
    ]);
  });

  it('a known pair that does not fit is rejected, not unknown', () => {
    expect(reasons(plan({ tool: 'alpha', model: 'big' }))).toEqual(['alpha:big model_not_found']);
  });

  it('a tool that accepts any id needs one when its command does', () => {
    expect(reasons(plan({ tool: 'any' }))).toEqual([]);
    expect(reasons(plan({ tool: 'any', agent: 'plain' }))).toEqual([]);
  });
});

describe('access', () => {
  it('is the requested level, up to that of the agent', () => {
    expect(plan({}).access).toBe('read');
    expect(plan({ access: 'none' }).access).toBe('none');
    expect(resolveNames(CONFIG, { ...REQUEST, access: 'edit' })).toMatchObject({
      ok: false,
      error: { kind: 'access', asked: 'edit', agent: 'dev', allowed: { value: 'read' } },
    });
  });

  it('rejects a tool that does not offer the level', () => {
    expect(reasons(plan({ access: 'none' }))).toEqual(['beta:big not_allowed']);
  });
});

describe('a session to continue', () => {
  const resume = {
    invocationId: 'X',
    tool: 'alpha',
    model: 'mid',
    toolSessionId: 's',
    totals: { usage: null, costMicroUsd: null },
  };

  it('needs a tool that supports it, and has no fallback', () => {
    const made = plan({ resume });
    expect(pairs(made)).toEqual([]);
    expect(reasons(made)).toEqual(['alpha:mid invalid_request']);
  });

  it.each([
    'args: [["-r", "{tool_session_id}"]]',
    'args: [], env_template: { SESSION: "{tool_session_id}" }',
  ])('is continued with %s', (fields) => {
    const config = configOf(
      `tools: { alpha: { binary: alpha, ${fields}, models: [mid] } }\nmodels: { mid: {} }`,
    );
    expect(pairs(plan({ resume, tool: 'alpha', model: 'mid' }, facts(), config))).toEqual(['alpha:mid']);
  });
});

describe('unknown names', () => {
  it.each([
    [{ agent: 'devv' }, { kind: 'agent', name: 'devv' }],
    [{ tool: 'alfa' }, { kind: 'tool', name: 'alfa' }],
    [{ model: 'medium' }, { kind: 'model', name: 'medium' }],
    [{ agent: 'constructor' }, { kind: 'agent', name: 'constructor' }],
    [
      { policy: 'stict' },
      { kind: 'policy', name: 'stict', known: expect.arrayContaining(['default', 'strict']) },
    ],
  ])('%j', (request, error) => {
    expect(resolveNames(CONFIG, { ...REQUEST, ...request })).toMatchObject({ ok: false, error });
  });
});

describe('every plan', () => {
  it('is the same value for the same input', () => {
    expect(plan({ tier: 'premium' })).toEqual(plan({ tier: 'premium' }));
  });

  it('lists no pair twice', () => {
    const made = plan({ model: 'small', fallback: true });
    expect(new Set(pairs(made)).size).toBe(pairs(made).length);
  });
});
