import type { MetricRegistry, Sample } from './registry.js';

/** What one provider, or all of them, did. */
interface ProviderSummary {
  requests: number;
  tokens: number;
  errors: number;
}

/** The result of `llm.metrics`, from the counters of `/metrics`. */
export interface MetricsSummary {
  total_requests: number;
  /** Input, cached tokens and output; reasoning is inside output. */
  total_tokens: number;
  by_provider: Record<string, ProviderSummary>;
  errors: number;
  governance_violations: number;
}

export async function summaryOf(registry: MetricRegistry): Promise<MetricsSummary> {
  const [requests, tokens, errors, violations] = await Promise.all([
    registry.samples('llm_requests_total'),
    registry.samples('llm_tokens_total'),
    registry.samples('llm_errors_total'),
    registry.samples('llm_governance_violations_total'),
  ]);
  const counted = tokens.filter(isCounted);
  const providers = new Set([...requests, ...counted, ...errors].map(providerOf));
  const sumsOf = (provider: string): ProviderSummary => {
    const own = (samples: readonly Sample[]) => samples.filter((one) => providerOf(one) === provider);
    return { requests: sum(own(requests)), tokens: sum(own(counted)), errors: sum(own(errors)) };
  };
  return {
    total_requests: sum(requests),
    total_tokens: sum(counted),
    by_provider: Object.fromEntries([...providers].sort().map((provider) => [provider, sumsOf(provider)])),
    errors: sum(errors),
    governance_violations: sum(violations),
  };
}

/** Reasoning tokens are output tokens too. */
function isCounted({ labels }: Sample): boolean {
  return labels.token_type !== 'reasoning';
}

function providerOf({ labels }: Sample): string {
  return String(labels.provider);
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
