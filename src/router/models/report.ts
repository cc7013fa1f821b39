import type { ListedModel } from '../../adapters/http/model-lists.js';
import type { Failure } from '../../domain/failure.js';
import type { ModelRow } from './rows.js';

/** The models that are known, and how each provider answered. */
export interface ModelsReport {
  models: ModelRow[];
  providers: ProviderState[];
  /** The policy that says what is allowed. */
  policy: string;
  /** The model that the agent prefers; `null`: none. */
  defaultModel: string | null;
}

/** What is known of the models of a tool's provider. */
export interface ProviderState {
  tool: string;
  /**
   * `listed` just now; `kept` from an earlier run and not old; `stale`: kept and old, since it could not be asked; `failed`: it could not be
   * asked and nothing is kept; `not_asked`: its key is not set, or nothing may be asked, and nothing is kept.
   */
  state: 'listed' | 'kept' | 'stale' | 'failed' | 'not_asked';
  models: readonly ListedModel[];
  /** ms since the epoch; `null`: never. */
  listedAtMs: number | null;
  /** The provider lists more than is read. */
  isCut: boolean;
  /** Why it was not asked, or gave no list. */
  failure: Failure | null;
  /** The user relies on the provider, so the failure is worth a warning. */
  isNotable: boolean;
}
