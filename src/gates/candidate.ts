import type { ModelConfig, ToolConfig } from '../config/types.js';
import type { Billing } from '../domain/cost.js';
import type { Availability } from '../domain/facts.js';
import type { Because, NamedCandidate } from '../domain/plan.js';

/** A tool and the model that it would run for a request, with their entries. */
export interface Candidate {
  tool: ToolConfig;
  /** As the config or the request names it; `null` for a tool without models. */
  modelName: string | null;
  /** Its entry in the catalogue; `null`: it has none. */
  model: ModelConfig | null;
  billing: Billing;
  /** Whether the tool can run here; `null`: unknown. */
  availability: Availability | null;
  because: Because[];
}

/** A candidate as events, documents and screens name it. */
export function namesOf({ tool, modelName, because }: Candidate): NamedCandidate {
  return { tool: tool.name, model: modelName, because };
}
