import { didYouMean } from '../../diagnostics/suggest.js';
import { type Failure, failure } from '../../domain/failure.js';
import type { Request } from '../../domain/request.js';
import type { AccessTooHigh, PlanError, ResolvedNames, UnknownName } from '../../routing/names.js';

/** The failure of a request that cannot be planned, with a hint. */
export function planErrorFailure(error: PlanError): Failure {
  return error.kind === 'access' ? accessFailure(error) : unknownNameFailure(error);
}

/** Stops agents that call themselves. */
export function tooDeep({ parent }: Request, { policy: { name, maxDepth } }: ResolvedNames): Failure | null {
  const depth = parent?.depth ?? 0;
  if (depth <= maxDepth) return null;
  const message = `this call is nested ${depth} deep, and policy \`${name}\` allows ${maxDepth} (\`max_depth\`)`;
  return failure('not_allowed', message, { hint: 'an agent may be calling itself; see `llm-router trace`' });
}

function accessFailure({ asked, agent, allowed }: AccessTooHigh): Failure {
  const where = allowed.at === null ? '' : ` (${allowed.at})`;
  return failure(
    'not_allowed',
    `agent \`${agent}\` may have access \`${allowed.value}\` at most, not \`${asked}\``,
    { hint: `raise \`access\` of the agent${where}, or ask for less` },
  );
}

/** Characters of a name that are shown: a caller can send any. */
const MAX_NAME = 100;

/** The failure of an unknown name, with a suggestion and the list. */
function unknownNameFailure({ kind, name, known }: UnknownName): Failure {
  if (kind === 'tier') {
    const list = known.length === 0 ? 'the config has no `tiers`' : `tiers with models: ${known.join(', ')}`;
    return failure('usage', `no model is set for tier \`${name}\``, { hint: list });
  }
  const plural = kind === 'policy' ? 'policies' : `${kind}s`;
  const hint =
    known.length === 0 ? `the config defines no ${plural}` : didYouMean(name, known, `defined ${plural}`);
  return failure('usage', `unknown ${kind} \`${name.slice(0, MAX_NAME)}\``, { hint });
}
