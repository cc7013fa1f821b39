import { finding, isOwn } from '../../config/finding.js';
import type { PolicyConfig } from '../../config/types.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { isPostgresUrl } from '../../domain/database-url.js';
import { lookup } from '../../domain/lookup.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

const CODE = 'config/fail-open-unused';

/** `fail_open` of a policy under which no run is ever refused because a database is away. */
export const failOpenUnused: LintRule = {
  code: CODE,
  check: (input) => mentioned(input, 'policies').flatMap(({ entry }) => unusedIn(input, entry)),
};

function unusedIn(input: LintInput, policy: PolicyConfig): Diagnostic[] {
  const path = ['policies', policy.name, 'fail_open', 'up_to_usd'];
  if (policy.failOpen.upToMicroUsd === null || !isOwn(input, path)) return [];
  const why = whyUnused(input, policy);
  if (why === null) return [];
  const message = `\`fail_open\` of policy \`${policy.name}\` has no effect: ${why.is}`;
  return [finding(input, { code: CODE, path, message, hint: why.hint })];
}

function whyUnused({ config, env }: LintInput, policy: PolicyConfig): { is: string; hint: string } | null {
  const { url, urlEnv } = config.ledger;
  const isShared = url !== null || urlEnv !== null || isPostgresUrl(env?.LLM_ROUTER_LEDGER ?? '');
  if (!isShared)
    return {
      is: 'the ledger is a file of this machine',
      hint: 'name a shared database with `ledger.url_env`, or leave it out',
    };
  // What `default` states holds in every policy, and every policy may inherit what it states.
  const policies = policy.name === 'default' ? Object.values(config.policies) : [policy];
  const base = lookup(config.policies, 'default')?.budgets ?? [];
  const budgets = [...base, ...policies.flatMap((one) => one.budgets)];
  if (budgets.some(({ isHard }) => isHard)) return null;
  return {
    is: 'no budget is hard, so that no run is refused',
    hint: 'make one hard with `limit: { type: hard }`, or leave it out',
  };
}
