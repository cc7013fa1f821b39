import type { RouterConfig } from '../../config/types.js';
import type { Failure } from '../../domain/failure.js';
import { emptyRequest } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import { resolveNames } from '../../routing/names.js';
import { preferredPair } from '../../routing/select.js';
import { planErrorFailure } from '../planning/plan-failures.js';
import type { RouterWorld } from '../world.js';
import { type AskOptions, askProviders } from './providers.js';
import type { ModelsReport } from './report.js';
import { modelRows } from './rows.js';

/** What to list, and how. */
export interface ModelsOptions extends AskOptions {
  /** The agent whose policy says what is allowed; `null`: the default agent. */
  agent: string | null;
}

/**
 * Merges the catalogue, the lists of the tools, and what providers list. A provider that fails is one with a failure among the others; the
 * failure of the whole is an unknown agent or tool.
 */
export async function routerModels(
  config: RouterConfig,
  world: Pick<RouterWorld, 'host' | 'stores'>,
  options: ModelsOptions,
): Promise<Result<ModelsReport, Failure>> {
  const { agent: agentName, tool } = options;
  const names = resolveNames(config, { ...emptyRequest(''), agent: agentName, tool });
  if (!names.ok) return err(planErrorFailure(names.error));
  const { agent, policy } = names.value;
  const providers = await askProviders(config, world, options);
  const rows = modelRows(config, policy, providers);
  return ok({
    models: tool === null ? rows : rows.filter((row) => [...row.tools, ...row.listedBy].includes(tool)),
    providers,
    policy: policy.name,
    defaultModel: agent === null ? null : (preferredPair(config, agent)?.model ?? null),
  });
}
