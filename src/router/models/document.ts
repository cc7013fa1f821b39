import type { ModelsReport } from './report.js';

/** The models and how each provider answered, as `models --json` prints them. */
export function modelsDocument({ models, providers, policy, defaultModel }: ModelsReport, nowMs: number) {
  return {
    models: models.map((row) => ({
      name: row.name,
      provider: row.provider,
      id: row.id,
      tier: row.tier,
      context_window: row.contextWindow,
      max_output_tokens: row.maxOutputTokens,
      cost_per_1m_tokens: row.price,
      priced_by: row.pricedBy,
      tools: row.tools,
      listed_by: row.listedBy,
      allowed: row.isAllowed,
      reason: row.refusal,
      deprecated: row.isDeprecated,
      superseded_by: row.supersededBy,
      shutdown_date: row.shutdownDate,
    })),
    count: models.length,
    default_model: defaultModel,
    policy,
    providers: providers.map((one) => ({
      tool: one.tool,
      state: one.state,
      models: one.models.length,
      truncated: one.isCut,
      listed_at: one.listedAtMs === null ? null : new Date(one.listedAtMs).toISOString(),
      age_ms: one.listedAtMs === null ? null : Math.max(0, nowMs - one.listedAtMs),
      reason: one.failure?.message ?? null,
      hint: one.failure?.hint ?? null,
    })),
  };
}
