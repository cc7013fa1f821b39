import type { Tier } from '../../domain/request.js';
import { AGENT } from './agents.js';
import { map, NAME, nullable, oneOrMore, section, texts, word } from './containers.js';
import { count, duration, flag, onlyNumber, path, size, text } from './kinds.js';
import { ledger } from './ledger.js';
import { MODEL, MODEL_NAME } from './models.js';
import { POLICY } from './policies.js';
import { TELEMETRY } from './telemetry.js';
import { ANY_TOOL } from './tools.js';

const tier = (name: Tier) =>
  oneOrMore(`Models of tier \`${name}\`: one, or a list of which the first usable is taken`, word()).placed();

/** All keys of a config. */
export const CONFIG = {
  version: onlyNumber('Version of the format; needed once', 1).notResolved().harmless(),
  default_agent: text('The agent that is used when none is named').placed(),
  agents: section('Roles that ask for work', map('A named role that asks for work', AGENT), NAME),
  tools: section(
    'What can answer',
    map(
      'Something that can answer; an entry with the name of a built-in tool changes only what it states',
      ANY_TOOL,
    ),
    NAME,
  ),
  models: section('Catalogue of models', map('A catalogue entry', MODEL), MODEL_NAME),
  tiers: nullable(
    map('Models by tier', { fast: tier('fast'), balanced: tier('balanced'), premium: tier('premium') }),
  ),
  policies: section(
    'Rules',
    map('Rules for agents; `default` applies to all, another policy states only what differs', POLICY),
    NAME,
  ),
  traces: map('Records of what was done', {
    enabled: flag('Writes a trace of every invocation').default(true).floor('own'),
    dir: path('The folder, relative to this config [.llm-router/traces beside the config]').placed().writes(),
    retention_days: count('Days for which traces are kept').default(30),
  }),
  ledger,
  audit: map('The log of refusals and overrides', {
    retention_days: count('Days for which lines are kept, at least 90', { min: 90 })
      .default(90)
      .floor('most'),
  }),
  telemetry: map('What other programs are told of runs', TELEMETRY),
  server: map('What `serve` listens on', {
    host: text('Address; any other than one of this machine needs a token').default('127.0.0.1'),
    port: count('Port; 0: any that is free', { min: 0, max: 65_535 }).default(4141),
    token_env: text('Variable that holds the token which callers must send').default('LLM_ROUTER_TOKEN'),
    hosts: texts('Names under which callers reach it, besides its addresses and `localhost`'),
    max_body: size('The largest request that is read').default('10MiB'),
    max_concurrent: count('Runs at once').default(1000),
    queue: count('Runs that may wait for their turn; beyond, a request is refused', { min: 0 }).default(1000),
    grace: duration('How long runs may go on after the server was asked to end').default('20s'),
  }),
};
