import { didYouMean } from '../diagnostics/suggest.js';
import { type Failure, failure } from '../domain/failure.js';
import type { UnknownName } from '../routing/names.js';

/** A name that the config does not know, as a usage failure with the nearest name and the list. */
export function unknownNameFailure({ kind, name, known }: UnknownName): Failure {
  if (kind === 'tier') {
    const list = known.length === 0 ? 'the config has no `tiers`' : `tiers with models: ${known.join(', ')}`;
    return failure('usage', `no model is set for tier \`${name}\``, { hint: list });
  }
  if (known.length === 0)
    return failure('usage', `unknown ${kind} \`${name}\``, { hint: `the config defines no ${kind}s` });
  return failure('usage', `unknown ${kind} \`${name}\``, {
    hint: didYouMean(name, known, `defined ${kind}s`),
  });
}
