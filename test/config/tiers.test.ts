import { expect, it } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { type ShownConfig, shownConfig } from '../../src/config/show.js';
import { loadConfig } from '../../src/lint/load.js';

const TOOL = 'tools: { bot: { binary: bot, args: [], models: [big, huge] } }';

function load(yaml: string) {
  const file = {
    file: 'llm-router.yaml',
    path: '/project/llm-router.yaml',
    text: `version: 1\n${TOOL}\n${yaml}`,
  };
  const { config, merged, diagnostics } = loadConfig({
    sources: [{ layer: 'explicit', files: [file] }],
    builtIn: builtInLayer(),
    home: '/home/user',
  });
  if (config === null) throw new Error(`invalid config: ${JSON.stringify(diagnostics, null, 1)}`);
  return { tiers: config.tiers, shown: shownConfig(merged, []) };
}

const namesOf = (tier: readonly { value: string }[]) => tier.map(({ value }) => value);
const shownTier = ({ value }: ShownConfig, tier: string) => (value.tiers as Record<string, unknown>)[tier];

it('puts a model that states a tier before the built-in models of the tier', () => {
  const { tiers, shown } = load('models: { big: { tier: premium }, huge: { tier: premium } }');
  expect(namesOf(tiers.premium)).toEqual(['big', 'huge', 'opus', 'gpt-6-astra', 'gemini-pro']);
  expect(tiers.premium[0]?.at).toBe('llm-router.yaml:3:24');
  expect(shownTier(shown, 'premium')).toEqual(namesOf(tiers.premium));
  expect(shown.originOf(['tiers', 'premium'])).toBe('built-in, llm-router.yaml:3:24, llm-router.yaml:3:49');
  expect(shown.originOf(['tiers', 'fast'])).toBe('built-in');
});

it('takes exactly the models that a list of the user names', () => {
  const { tiers, shown } = load('models: { big: { tier: premium } }\ntiers: { premium: [huge] }');
  expect(namesOf(tiers.premium)).toEqual(['huge']);
  expect(shown.originOf(['tiers', 'premium'])).toBe('llm-router.yaml:4:19');
});

it('names a model once that is in the built-in list and states the tier again', () => {
  const { fast } = load('models: { haiku: { tier: fast } }').tiers;
  expect(namesOf(fast).filter((name) => name === 'haiku')).toEqual(['haiku']);
});

it('moves a built-in model to the tier that the user states', () => {
  const { tiers } = load('models: { haiku: { tier: premium } }');
  expect(namesOf(tiers.premium)[0]).toBe('haiku');
  expect(namesOf(tiers.fast)).not.toContain('haiku');
});

it('keeps the built-in tiers where no model of the user states one', () => {
  const { tiers } = load('models: { haiku: { context_window: 1000 } }');
  expect(namesOf(tiers.fast)[0]).toBe('haiku');
});
