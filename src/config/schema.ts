import { TIERS } from '../domain/request.js';
import { agentSchema } from './schema/agents.js';
import { modelSchema } from './schema/models.js';
import { outputDefs } from './schema/output.js';
import {
  count,
  fixedKeys,
  flag,
  LEDGER_RETENTION_DAYS,
  MODEL_NAME,
  NAME,
  object,
  RETENTION_DAYS,
  type Schema,
  section,
  size,
  text,
} from './schema/parts.js';
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
      retention_days: { ...count('Days for which traces are kept'), default: RETENTION_DAYS },
    }),
    ledger: object('The database of invocations and spending', {
      path: text('The file, relative to this config [in the data folder of the user]'),
      retention_days: {
        ...count('Days for which the rows of invocations are kept; their sums by day stay'),
        default: LEDGER_RETENTION_DAYS,
      },
    }),
    audit: object('The log of refusals and overrides', {
      retention_days: { ...count('Days for which lines are kept, at least 90', 90), default: 90 },
    }),
    server: object('What `serve` listens on', {
      host: { ...text('Address'), default: '127.0.0.1' },
      port: { ...count('Port', 0), maximum: 65_535, default: 4141 },
      token_env: text('Variable that holds the token which callers must send'),
      max_body: { ...size('The largest request that is read'), default: '10MiB' },
      max_concurrent: { ...count('Requests at once'), default: 1000 },
    }),
  }),
  $defs: outputDefs,
};
