import { parseBaseUrl, parseReferences } from './checks.js';
import { apiKeyEnv, COMMON, idleTimeout, maxOutput } from './common-tools.js';
import { anyWord, entries } from './containers.js';
import { anyMap, duration, flag, oneOf, text } from './kinds.js';
import { APIS } from './models.js';

/** Names of headers, as HTTP allows them. */
export const HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

/** Keys of a tool of kind `http`. */
export const HTTP = {
  ...COMMON,
  api: oneOf('The protocol that the provider speaks', APIS).requiredOnceMerged('openai-chat'),
  base_url: text(
    'Where the API is, with or without its version: `https://api.openai.com/v1`; may hold variables, as in `env_vars`',
  )
    .requiredOnceMerged('')
    .checked(parseBaseUrl)
    .placed()
    .sends()
    .soughtAs('url', 'endpoint'),
  api_key_env: apiKeyEnv,
  api_key_required: flag(
    'The tool is not available while no variable of `api_key_env` is set; `false`: its requests then hold no key',
  ).default(true),
  headers: entries(
    'More headers of every request; values may hold variables, as in `env_vars`',
    anyWord().checked(parseReferences),
    HEADER_NAME,
  )
    .placed()
    .sends(),
  extra_body: anyMap(
    'More keys of the body of every request; they win over those of the router, and `null` removes one',
  ).sends(),
  connect_timeout: duration('Bounds the connection until it is ready to send').default('10s'),
  timeout: COMMON.timeout.default('60s'),
  idle_timeout: idleTimeout.default('60s'),
  max_output: maxOutput,
  models_ttl: duration("How long the provider's list of models is kept before it is asked again").default(
    '5m',
  ),
};
