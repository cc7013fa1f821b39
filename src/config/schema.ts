import { TIERS } from '../domain/request.js';
import { agentSchema } from './schema/agents.js';
import { modelSchema } from './schema/models.js';
import { outputDefs } from './schema/output.js';
import { fixedKeys, flag, MODEL_NAME, NAME, object, type Schema, section, text } from './schema/parts.js';
import { policySchema } from './schema/policies.js';
import { toolSchema } from './schema/tools.js';

export type { Schema } from './schema/parts.js';

const tiers = Object.fromEntries(
  TIERS.map((tier) => [
    tier,
    {
      type: ['string', 'array'],
      description: `Models of tier \`${tier}\`: one, or a list of which the first usable is taken`,
      minLength: 1,
      items: { type: 'string', minLength: 1 },
    },
  ]),
);

/** What a config may look like: JSON Schema 2020-12. Its descriptions are the reference documentation. */
export const CONFIG_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:llm-router:schema:config:1',
  title: 'llm-router configuration',
  description: 'Agents, tools, models and policies of llm-router',
  type: 'object',
  ...fixedKeys({
    version: { type: 'integer', description: 'Version of the format; needed once', const: 1 },
    default_agent: text('The agent that is used when none is named'),
    agents: section('Roles that ask for work', NAME, agentSchema),
    tools: section('What can answer', NAME, toolSchema),
    models: section('Catalogue of models', MODEL_NAME, modelSchema),
    tiers: { type: ['object', 'null'], description: 'Models by tier', ...fixedKeys(tiers) },
    policies: section('Rules', NAME, policySchema),
    traces: object('Records of what was done', {
      enabled: flag('Writes a trace of every invocation', true),
      dir: text('The folder, relative to this config [.llm-router/traces beside the config]'),
    }),
  }),
  $defs: outputDefs,
};
