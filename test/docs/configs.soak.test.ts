import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { rigged } from '../rig/rig.js';
import { blocksOf, DOC_PAGES, readPage } from './screens.js';

/** Shows failing examples; a test of its own runs each. */
const FAILING = ['docs/reference/diagnostics.md'];

/** Keys at the top of a config; a block of YAML that has other keys is no config. */
const TOP = [
  'version',
  'default_agent',
  'agents',
  'tools',
  'models',
  'tiers',
  'policies',
  'ledger',
  'server',
  'telemetry',
  'traces',
];

it.each(DOC_PAGES.filter((page) => !FAILING.includes(page)))(
  '%s shows only configs that are valid',
  async (page) => {
    const configs = blocksOf(readPage(page)).filter(
      ({ language, text }) => language === 'yaml' && isConfig(text),
    );
    await rigged(async (rig) => {
      for (const { text } of configs) {
        const whole = /^version:/m.test(text) ? text : `version: 1\n${text}`;
        rig.write('shown.yaml', whole);
        const { stdout } = await rig.run(['config', 'validate', '--json', 'shown.yaml']);
        const { diagnostics = [] } = JSON.parse(stdout) as {
          diagnostics?: { code: string; message: string }[];
        };
        const errors = diagnostics.filter(({ code }) => /syntax|unknown-key|wrong-type/.test(code));
        expect([page, text, errors.map(({ message }) => message)]).toEqual([page, text, []]);
      }
      expect(configs.length).toBeGreaterThanOrEqual(0);
    })();
  },
);

function isConfig(text: string): boolean {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => TOP.includes(key) || key.startsWith('x-'));
}
