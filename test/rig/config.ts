import { builtInLayer } from '../../src/catalog/catalog.js';
import type { RouterConfig } from '../../src/config/types.js';
import { loadConfig } from '../../src/lint/load.js';

/** Read once: no test changes it. */
const BUILT_IN = builtInLayer();

/** A resolved config from YAML text, by the real loader; fails the test when it has errors. */
export function configOf(yaml: string): RouterConfig {
  const text = `version: 1\n${yaml}`;
  const { config, diagnostics } = loadConfig({
    sources: [
      { layer: 'explicit', files: [{ file: 'llm-router.yaml', path: '/project/llm-router.yaml', text }] },
    ],
    builtIn: BUILT_IN,
    home: '/home/user',
  });
  if (config === null) throw new Error(`invalid config: ${JSON.stringify(diagnostics, null, 1)}`);
  return config;
}
