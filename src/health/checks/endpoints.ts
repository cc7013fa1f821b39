import type { HttpTool } from '../../config/types.js';
import { type Failure, isTemporary } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import type { Result } from '../../domain/result.js';
import {
  agentsOfTools,
  type Finding,
  type HealthContext,
  type HealthItem,
  type ListedModels,
} from '../context.js';

/**
 * Whether the endpoints of `http` tools answer, accept the key and offer the models that agents use. Asks for their list of models, which
 * costs nothing; a tool without its key, or without a list, is only connected to.
 */
export function checkEndpoints(context: HealthContext): HealthItem[] {
  const { connect, endpoints, facts } = context;
  if (connect === null) return [];
  const agents = agentsOfTools(context);
  // A provider without a key and without an agent is not used here.
  const wanted = endpoints.filter(
    ({ tool }) => agents.has(tool) || lookup(facts.tools, tool)?.available !== false,
  );
  return wanted.map(({ tool: name, url }) => ({
    check: 'endpoint',
    subject: name,
    ask: () => endpointFinding(context, { name, url, isUsed: agents.has(name) }),
  }));
}

/** An endpoint, and whether an agent uses its tool. */
interface Endpoint {
  name: string;
  url: string;
  isUsed: boolean;
}

async function endpointFinding(context: HealthContext, endpoint: Endpoint): Promise<Finding> {
  const tool = lookup(context.config.tools, endpoint.name);
  const isReady = lookup(context.facts.tools, endpoint.name)?.available === true;
  const isAsked = tool?.kind === 'http' && isReady && context.listModels !== null;
  if (!isAsked || context.listModels === null) return connectionFinding(context, endpoint, '');
  const { answer, latencyMs } = await context.listModels(tool);
  // What cannot be connected to is told in the words of the connection.
  if (!answer.ok && answer.error.type === 'connection') return connectionFinding(context, endpoint, '');
  if (!answer.ok && answer.error.type === 'invalid_response')
    return connectionFinding(context, endpoint, `: ${answer.error.message}`);
  return answerFinding(context, { ...endpoint, tool, answer, latencyMs });
}

/** `unlisted`: why its list of models could not be read. */
async function connectionFinding(
  { connect }: HealthContext,
  { name, url, isUsed }: Endpoint,
  unlisted: string,
): Promise<Finding> {
  const { problem, latencyMs } = (await connect?.(url)) ?? { problem: 'it was not tried', latencyMs: 0 };
  const data = { url, reachable: problem === null, usable: problem === null, latency_ms: latencyMs };
  const known = { ...data, key: 'not_checked', models: null, missing_models: [] };
  if (problem === null) {
    const note = unlisted === '' ? '' : `, connected only; key and models are not checked${unlisted}`;
    return { status: 'ok', detail: url + note, fix: null, data: known };
  }
  const fix = `check \`base_url\` of \`${name}\` and the network`;
  return { status: isUsed ? 'warn' : 'skip', detail: `${url}: ${problem}`, fix, data: known };
}

interface Answered extends Endpoint {
  tool: HttpTool;
  answer: Result<ListedModels, Failure>;
  latencyMs: number;
}

function answerFinding(context: HealthContext, { tool, url, isUsed, answer, latencyMs }: Answered): Finding {
  const reachable = answer.ok || answer.error.type !== 'timeout';
  const data = { url, reachable, usable: answer.ok, latency_ms: latencyMs };
  const bad = isUsed ? ('warn' as const) : ('skip' as const);
  if (!answer.ok) {
    const { type, message, hint } = answer.error;
    const key = type === 'authentication' ? 'refused' : 'not_checked';
    const fix = hint ?? (isTemporary(type) ? 'try again later' : `check \`${tool.name}\` at its provider`);
    const said = key === 'refused' ? `the key was refused: ${message}` : message;
    const more = { key, models: null, missing_models: [], failure: type };
    return { status: bad, detail: `${url}: ${said}`, fix, data: { ...data, ...more } };
  }
  const { ids, isCut } = answer.value;
  const missing = isCut ? [] : usedModels(context, tool).filter((id) => !isOffered(id, ids));
  const hasKey = tool.apiKeyEnv.some((name) => (context.env[name] ?? '') !== '');
  const models = ids.length === 1 ? '1 model' : `${ids.length} models`;
  const more = { key: hasKey ? 'accepted' : 'none', models: ids.length, missing_models: missing };
  const detail = `${url}, ${hasKey ? 'key accepted, ' : ''}${models}`;
  if (missing.length === 0) return { status: 'ok', detail, fix: null, data: { ...data, ...more } };
  const names = missing.map((id) => `\`${id}\``).join(', ');
  return {
    status: bad,
    detail: `${detail}, but not ${names}`,
    fix: `see what it offers: llm-router models --tool ${tool.name}`,
    data: { ...data, ...more },
  };
}

/** What the provider calls the models that agents use of a tool. */
function usedModels({ plans, config }: HealthContext, tool: HttpTool): string[] {
  const pairs = plans.flatMap(({ plan }) =>
    plan.ok ? [...plan.value.candidates, ...plan.value.rejected] : [],
  );
  const names = pairs.flatMap((pair) => (pair.tool === tool.name && pair.model !== null ? [pair.model] : []));
  return [
    ...new Set(
      names.map((name) => {
        const model = lookup(config.models, name);
        return model === null ? name : (lookup(model.ids, tool.name) ?? model.id);
      }),
    ),
  ];
}

/** Providers list the dated names of models that shorter names stand for, and Ollama the tag. */
function isOffered(id: string, listed: readonly string[]): boolean {
  const stem = id.replace(/-(?:latest|0)$/, '');
  return listed.some((one) => one === id || one === `${id}:latest` || one.startsWith(`${stem}-`));
}
