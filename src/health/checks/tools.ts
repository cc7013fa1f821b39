import type { LoginAnswer, VersionAnswer } from '../../adapters/probe.js';
import type { CommandTool, HttpTool, ToolConfig } from '../../config/types.js';
import type { Availability } from '../../domain/facts.js';
import { lookup } from '../../domain/lookup.js';
import { gatewayState } from '../../policy/gateway.js';
import { agentsOfTools, type Finding, type HealthContext, type HealthItem } from '../context.js';
import { isOlder } from './version.js';

/** Whether each tool is installed, new enough and logged in, whether it enforces a cost cap, and which agents need it. */
export function checkTools(context: HealthContext): HealthItem[] {
  const agents = agentsOfTools(context);
  return Object.values(context.config.tools).map((tool) => ({
    check: 'tool',
    subject: tool.name,
    ask: () => toolFinding(context, tool, agents.get(tool.name) ?? []),
  }));
}

async function toolFinding(
  context: HealthContext,
  tool: ToolConfig,
  agents: readonly string[],
): Promise<Finding> {
  const state = lookup(context.facts.tools, tool.name);
  if (state === null || !state.available) return missing(state, tool.name, agents);
  const forWhom = agents.length === 0 ? '' : `; for ${agents.join(', ')}`;
  if (tool.kind === 'http') return apiFinding(context, tool, { agents, forWhom });
  if (tool.kind === 'mock' || tool.kind === 'custom') {
    const how = tool.kind === 'mock' ? 'canned answers' : 'run by this program';
    const detail = `in-process, ${how}${forWhom}`;
    return { status: 'ok', detail, fix: null, data: { available: true, agents } };
  }
  const path = state.path ?? tool.binary.value;
  const [version, login] = await answersOf(context, tool, path);
  const gateway = gatewayState(tool, {
    mode: lookup(context.config.policies, 'default')?.gateway ?? 'auto',
    billing: lookup(context.facts.billing, tool.name) ?? 'subscription',
  });
  const answered = commandFinding(tool, {
    path,
    version,
    login,
    isTrusted: context.probe !== null,
    gateway,
  });
  return { ...answered, detail: answered.detail + forWhom, data: { ...answered.data, agents } };
}

/** The endpoint for prompts. A server without a key may not be running, which matters only if an agent needs it. */
function apiFinding(
  { env, endpoints }: HealthContext,
  tool: HttpTool,
  { agents, forWhom }: { agents: readonly string[]; forWhom: string },
): Finding {
  const url = endpoints.find((endpoint) => endpoint.tool === tool.name)?.url ?? tool.baseUrl.value;
  const key = tool.apiKeyEnv.find((name) => (env[name] ?? '') !== '');
  const known = { fix: null, data: { available: true, agents } };
  if (key !== undefined) return { ...known, status: 'ok', detail: `${url}, key in ${key}${forWhom}` };
  const detail = `${url}, needs no key, not checked (use \`--online\`)${forWhom}`;
  if (agents.length > 0) return { ...known, status: 'ok', detail };
  return { ...known, status: 'skip', detail, fix: tool.installHint ?? 'start it, and set it in an agent' };
}

function missing(
  state: Extract<Availability, { available: false }> | null,
  name: string,
  agents: readonly string[],
): Finding {
  const { detail, hint } = state ?? { detail: 'its state is unknown', hint: null };
  const needed = agents.length === 0 ? 'no agent needs it' : `needed by ${agents.join(', ')}`;
  return {
    status: agents.length === 0 ? 'skip' : 'warn',
    detail: `${detail}; ${needed}`,
    fix: hint ?? `install it, or remove \`${name}\` from the config`,
    data: { available: false, agents },
  };
}

/** Probes version and login at once, since programs start slowly. */
function answersOf(
  { probe, probeLogin }: HealthContext,
  tool: CommandTool,
  path: string,
): Promise<[VersionAnswer | null, LoginAnswer]> {
  return Promise.all([
    tool.version === null || probe === null ? null : probe(tool, path),
    probeLogin === null ? null : probeLogin(tool, path),
  ]);
}

interface Answers {
  path: string;
  version: VersionAnswer | null;
  login: LoginAnswer;
  isTrusted: boolean;
  gateway: ReturnType<typeof gatewayState>;
}

/** Reports the first problem: it must run, be new enough, and be logged in. */
function commandFinding(tool: CommandTool, { path, version, login, isTrusted, gateway }: Answers): Finding {
  const number = version !== null && 'version' in version ? version.version : null;
  const minimum = tool.version?.minimum ?? null;
  const { costCap, words } = gateway;
  const loggedIn = login?.loggedIn ?? null;
  const data = {
    available: true,
    path,
    version: number,
    minimum,
    logged_in: loggedIn,
    cost_cap: costCap,
    gateway: words,
  };
  const place = number === null ? path : `${number} at ${path}`;
  const problem = problemOf(tool, { path, version, login });
  if (problem !== null) return { status: 'warn', ...problem, data };
  if (!isTrusted) {
    return {
      status: 'skip',
      detail: `${path}, not run because the config is not trusted`,
      fix: 'llm-router config trust',
      data,
    };
  }
  const state = loggedIn === true ? ', logged in' : '';
  const cut = tool.output.cutAnswers === 'not_visible' ? ', cut answers: not visible' : '';
  return {
    status: 'ok',
    detail: `${place}${state}, cost cap ${costCap}${words === null ? '' : `, ${words}`}${cut}`,
    fix: null,
    data,
  };
}

function problemOf(
  tool: CommandTool,
  { path, version, login }: Omit<Answers, 'isTrusted' | 'gateway'>,
): { detail: string; fix: string } | null {
  const { installHint, loginCheck, name } = tool;
  if (version !== null && 'problem' in version) {
    return { detail: `${path}: ${version.problem}`, fix: installHint ?? `check that \`${path}\` runs` };
  }
  const place = version === null ? path : `${version.version} at ${path}`;
  const minimum = tool.version?.minimum ?? null;
  if (version !== null && minimum !== null && isOlder(version.version, minimum)) {
    const fix = installHint ?? `update it to ${minimum} or newer`;
    return { detail: `${place}, older than ${minimum}`, fix };
  }
  if (login === null || login.loggedIn) return null;
  return { detail: `${place}, ${login.problem}`, fix: loginCheck?.hint ?? `log in to ${name}` };
}
