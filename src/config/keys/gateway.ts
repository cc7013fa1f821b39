import { parseArgument } from '../../domain/template.js';
import { argumentTemplate } from './argument-template.js';
import { parseBaseUrl } from './checks.js';
import { anyWord, entries, NAME, texts } from './containers.js';
import { flag, oneOf, text } from './kinds.js';
import { GATEWAY_APIS } from './models.js';

/** How the calls of a command tool to its provider pass through the router. */
export const GATEWAY = {
  api: oneOf('The protocol of these calls', GATEWAY_APIS).requiredOnceMerged('openai-chat'),
  base_url: text(
    'Where the calls go, as the tool itself would take it: `{gateway_url}` and a path lead to this URL and the same path; may hold variables, as in `env_vars`',
  )
    .requiredOnceMerged('')
    .checked(parseBaseUrl)
    .placed()
    .sends(),
  models: texts('Ids and globs of the models, as the tool gets them, whose calls it can send there').default([
    '*',
  ]),
  env: entries(
    'Variables that send the tool to `{gateway_url}`; they win over all others',
    anyWord().as((template) => parseArgument(template ?? '')),
  ).runs(),
  args: argumentTemplate('Arguments that send the tool to `{gateway_url}`, behind its own').runs(),
  private_files: entries(
    'Files that send the tool to `{gateway_url}`, beside its `private_files`',
    anyWord().as((template) => parseArgument(template ?? '')),
    NAME,
  ).runs(),
  subscription: flag(
    'The login of a subscription passes through too, as seen with the real tool; `false`: such runs have no gateway',
  ).default(false),
};
