import { secretPartOf } from '../config/secret-part.js';
import { billingVariables } from '../lint/money.js';
import type { PathContext } from '../paths.js';
import { type KeptConfig, variableStates } from './config-cache.js';
import type { LoadedFiles } from './load.js';
import { trustPartOf } from './trust.js';
import { followed } from './trust-record.js';

/** What of a loaded config can be kept for later runs; `null`: it has errors, or holds what looks like a key. */
export function keptOf(loaded: LoadedFiles, context: PathContext): KeptConfig | null {
  const { config, diagnostics } = loaded;
  if (config === null || diagnostics.some(({ code }) => code === 'config/secret-in-config')) return null;
  const part = trustPartOf(loaded, context);
  return {
    config,
    secretParts: Object.values(config.tools).map(secretPartOf),
    trust: part === null ? null : { ...part, known: followed(part) },
    variables: variableStates(billingVariables(config), context.env),
  };
}
