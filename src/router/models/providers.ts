import { createHash } from 'node:crypto';
import type { Environment } from '../../adapters/adapter.js';
import { baseUrlOf } from '../../adapters/http/base-url.js';
import { listModels } from '../../adapters/list-models.js';
import type { HttpTool, RouterConfig } from '../../config/types.js';
import { type Failure, failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import { parseReference } from '../../routing/select.js';
import type { Host, RouterWorld } from '../world.js';
import type { KeptList } from './kept-lists.js';
import type { ProviderState } from './report.js';

/** How providers are asked. */
export interface AskOptions {
  /** Only the provider of this tool; `null`: those of all. */
  tool: string | null;
  /** Asks although the kept list is not older than `models_ttl`. */
  refresh: boolean;
  /** False: nothing is connected to, as for a config that is not trusted. */
  ask: boolean;
  signal: AbortSignal;
  /** Told which providers have not answered yet, each time this changes. */
  waiting?: (tools: readonly string[]) => void;
}

/** How long each provider may take, ms. */
export const LIST_LIMIT_MS = 10_000;

/** What the provider of each HTTP tool lists: from the kept lists where they are new enough, else asked, all at once. */
export async function askProviders(
  config: RouterConfig,
  { host, stores }: Pick<RouterWorld, 'host' | 'stores'>,
  options: AskOptions,
): Promise<ProviderState[]> {
  const tools = Object.values(config.tools).filter(
    (tool): tool is HttpTool => tool.kind === 'http' && (options.tool ?? tool.name) === tool.name,
  );
  const kept = new Map((await stores.modelLists?.read())?.map((list) => [list.source, list]));
  const waiting = new Set<string>();
  const ask = async (tool: HttpTool): Promise<ProviderState> => {
    waiting.add(tool.name);
    options.waiting?.([...waiting]);
    const list = kept.get(sourceOf(tool, host.env)) ?? null;
    const isUsed = options.tool !== null || isMentioned(config, tool.name);
    const state = await stateOf({ tool, list, isUsed }, host, options);
    waiting.delete(tool.name);
    options.waiting?.([...waiting]);
    return state;
  };
  const states = await Promise.all(tools.map(ask));
  await stores.modelLists?.keep(states.flatMap((state) => newList(config, state, host.env)));
  return states;
}

interface Asked {
  tool: HttpTool;
  /** What is kept of an earlier run. */
  list: KeptList | null;
  /** The tool was named, or an agent uses it. */
  isUsed: boolean;
}

async function stateOf(
  { tool, list, isUsed }: Asked,
  host: Host,
  options: AskOptions,
): Promise<ProviderState> {
  const nowMs = host.clock.now();
  if (list !== null && !options.refresh && isNew(list, tool, nowMs))
    return keptState(tool, list, { state: 'kept' });
  const refused = options.ask ? unavailable(tool, host) : notTrusted(tool);
  if (refused !== null)
    return keptState(tool, list, { state: 'not_asked', failure: refused, isNotable: options.ask && isUsed });
  const answer = await listModels(tool, {
    env: host.env,
    monotonicMs: host.clock.monotonic,
    redact: host.redactor.text,
    signal: options.signal,
    limitMs: LIST_LIMIT_MS,
  });
  if (answer.ok)
    return { ...NOTHING_LISTED, ...answer.value, tool: tool.name, state: 'listed', listedAtMs: nowMs };
  // A local server that is not configured need not be running.
  const isNotable = isUsed || !tool.builtIn || tool.apiKeyEnv.length > 0;
  return keptState(tool, list, { state: 'failed', failure: answer.error, isNotable });
}

/** A list from the future is one of a clock that was wrong. */
function isNew({ listedAtMs }: KeptList, { modelsTtlMs }: HttpTool, nowMs: number): boolean {
  const ageMs = nowMs - listedAtMs;
  return ageMs >= 0 && ageMs < modelsTtlMs;
}

/** Names an endpoint by a hash: its URL may hold a secret. */
export function sourceOf(tool: HttpTool, env: Environment): string {
  return createHash('sha256')
    .update(`${tool.api} ${baseUrlOf(tool, env).text}`)
    .digest('hex')
    .slice(0, 32);
}

const NOTHING_LISTED = { models: [], listedAtMs: null, isCut: false, failure: null, isNotable: false };

/** The state of a provider that gave no list now, with the kept one if there is one. */
function keptState(
  tool: HttpTool,
  list: KeptList | null,
  why: Pick<ProviderState, 'state'> & Partial<Pick<ProviderState, 'failure' | 'isNotable'>>,
): ProviderState {
  const state = { ...NOTHING_LISTED, tool: tool.name, ...why };
  if (list === null) return state;
  const { models, listedAtMs } = list;
  return { ...state, models, listedAtMs, state: why.state === 'kept' ? 'kept' : 'stale' };
}

function notTrusted(tool: HttpTool): Failure {
  return failure('not_allowed', 'the config is not trusted, so no provider is asked', {
    hint: 'llm-router config trust',
    tool: tool.name,
  });
}

function unavailable(tool: HttpTool, host: Host): Failure | null {
  const state = host.adapterOf(tool).availability(tool, host);
  if (state.available) return null;
  return failure(state.reason, state.detail, { hint: state.hint, tool: tool.name });
}

function newList(
  config: RouterConfig,
  { tool: name, state, models, listedAtMs }: ProviderState,
  env: Environment,
): KeptList[] {
  const tool = lookup(config.tools, name);
  if (state !== 'listed' || listedAtMs === null || tool?.kind !== 'http') return [];
  return [{ source: sourceOf(tool, env), listedAtMs, models }];
}

/** Whether an agent prefers the tool, or falls back to it. */
function isMentioned(config: RouterConfig, tool: string): boolean {
  return Object.values(config.agents).some(
    ({ preferredTool, fallbackChain }) =>
      preferredTool?.value === tool ||
      fallbackChain.some(({ value }) => parseReference(config, value).tool === tool),
  );
}
