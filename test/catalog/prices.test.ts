import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { at } from '../../src/config/tree.js';
import type { ModelConfig } from '../../src/config/types.js';
import { lookup } from '../../src/domain/lookup.js';
import { configOf } from '../rig/config.js';

/**
 * An independent list of prices, pinned to a version: 0.1.8 was published on 2026-09-23 (MIT,
 * https://github.com/pydantic/genai-prices). A newer version changes the differences below. Deprecated models have their prices from it.
 */
const SOURCE = createRequire(import.meta.url)('@pydantic/genai-prices') as {
  findProvider(options: { providerId: string }): { models: SourceModel[] } | undefined;
};

/** What differs from that list, and why ours is right. */
const REASONS: Readonly<Record<string, string>> = {
  'sonnet cache_read: 0.1, source 0.2': 'lowered on 2026-10-07, after the source was published',
  'haiku: not in the source': 'released after the source was published',
  'gpt-6.1-sol: not in the source': 'released after the source was published',
  'gpt-6.1-terra: not in the source': 'released on 2026-10-26',
  'gpt-6-astra above: 272000, source 271999':
    'both the size from which the long price applies; the page of the model says `over 272,000`',
};

describe('prices of the catalogue', () => {
  it('are those of an independent source, except for known differences', () => {
    const priced = Object.values(configOf('').models).filter(({ price, provider }) => {
      return price !== null && lookup(PROVIDERS, provider) !== null;
    });
    expect(priced.length).toBeGreaterThan(20);
    expect(priced.flatMap(differences).sort()).toEqual(Object.keys(REASONS).sort());
  });
});

describe('deprecated models of the catalogue', () => {
  const models = configOf('').models;
  const deprecated = Object.values(models).filter((model) => model.deprecated);

  it.each(deprecated.map(({ name }) => name))('%s names a model that is not deprecated', (name) => {
    const successor = lookup(models, lookup(models, name)?.supersededBy ?? null);
    expect(successor).toMatchObject({ deprecated: false, provider: lookup(models, name)?.provider });
  });

  it.each([
    ...['gpt-4.1', 'gpt-4.1-mini', 'gpt-5', 'gpt-5-mini', 'claude-3-5-haiku', 'claude-3-5-sonnet'],
    ...['claude-3-opus', 'gemini-1.5-flash', 'gemini-1.5-pro', 'gemini-2.0-flash'],
  ])('hold %s, with a price and a window', (name) => {
    expect(lookup(models, name)).toMatchObject({
      deprecated: true,
      price: { input: expect.any(Number), output: expect.any(Number) },
      contextWindow: expect.any(Number),
    });
  });
});

/** Providers of the catalogue that the source has. */
const PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
};

interface SourceModel {
  match: Match;
  prices: SourcePrices | { constraint?: { start_date?: string }; prices: SourcePrices }[];
}

type Match = { [K in 'equals' | 'starts_with' | 'ends_with' | 'contains' | 'regex']?: string } & {
  or?: Match[];
  and?: Match[];
};
type SourcePrices = Readonly<Record<string, SourcePrice | undefined>>;
/** USD per million tokens; above the start of a tier its price holds for the whole request. */
type SourcePrice = number | { base: number; tiers: { start: number; price: number }[] };

function differences(model: ModelConfig): string[] {
  const { name, price, provider, id } = model;
  const models = SOURCE.findProvider({ providerId: PROVIDERS[provider ?? ''] ?? '' })?.models ?? [];
  const found = models.find(({ match }) => matches(match, id));
  if (found === undefined || price === null) return [`${name}: not in the source`];
  const source = pricesAt(found, String(at(builtInLayer().value, ['models', name, 'priced_at'])));
  const different = (key: string, own: number | null, other: number | null): string[] =>
    own === other ? [] : [`${name} ${key}: ${own ?? 'none'}, source ${other ?? 'none'}`];
  const [step] = price.above;
  const [sourceStep] = tiersOf(source.input_mtok);
  const raised = (own: number | null): number | null =>
    own === null || step === undefined ? null : Number(((own * step.input) / price.input).toPrecision(6));
  const sourceRaised = (key: string): number | null => tiersOf(source[key])[0]?.price ?? null;
  return [
    ...different('input', price.input, baseOf(source.input_mtok)),
    ...different('output', price.output, baseOf(source.output_mtok)),
    ...different('cache_read', price.cacheRead, baseOf(source.cache_read_mtok)),
    ...different('cache_write', price.cacheWrite, baseOf(source.cache_write_mtok)),
    ...different('cache_write_1h', price.cacheWrite1h, baseOf(source.cache_write_1h_mtok)),
    ...different('above', step?.inputTokens ?? null, sourceStep?.start ?? null),
    ...different('input above', step?.input ?? null, sourceStep?.price ?? null),
    ...different('output above', step?.output ?? null, sourceRaised('output_mtok')),
    ...different('cache_read above', raised(price.cacheRead), sourceRaised('cache_read_mtok')),
  ];
}

/** The prices on the day on which ours were read. */
function pricesAt({ prices }: SourceModel, day: string): SourcePrices {
  if (!Array.isArray(prices)) return prices;
  const begun = prices.filter(({ constraint }) => (constraint?.start_date ?? '') <= day);
  return begun.at(-1)?.prices ?? {};
}

function baseOf(price: SourcePrice | undefined): number | null {
  return typeof price === 'object' ? price.base : (price ?? null);
}

function tiersOf(price: SourcePrice | undefined): { start: number; price: number }[] {
  return typeof price === 'object' ? price.tiers : [];
}

function matches(match: Match, id: string): boolean {
  if (match.or !== undefined) return match.or.some((one) => matches(one, id));
  if (match.and !== undefined) return match.and.every((one) => matches(one, id));
  const { equals, starts_with: start, ends_with: end, contains, regex } = match;
  if (regex !== undefined) return new RegExp(regex).test(id);
  if (equals !== undefined) return id === equals;
  if (contains !== undefined) return id.includes(contains);
  return start === undefined ? id.endsWith(end ?? '\0') : id.startsWith(start);
}
