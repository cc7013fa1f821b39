import type { CommandSecrets } from '../../config/secret-part.js';
import type { CommandTool } from '../../config/types.js';
import type { Failure } from '../../domain/failure.js';
import { type FamilyRules, familyText } from '../../domain/family.js';
import { matchesGlob } from '../../domain/glob.js';
import { lookup } from '../../domain/lookup.js';
import { placeholdersOf, variableOf } from '../../domain/template.js';
import type { Environment, Task } from '../adapter.js';
import { refused } from '../refused.js';
import { expandVariables, literalSecrets } from '../variables.js';
import type { Translation } from './wsl.js';

/** Variables that a tool needs and that are not set, without repeats. An empty required variable counts as not set. */
export function missingVariables(tool: CommandTool, env: Environment): string[] {
  const referenced = Object.values(tool.envVars).flatMap(({ value }) => expandVariables(value, env).missing);
  const required = tool.envRequired
    .map(({ value }) => value)
    .filter((name) => (env[name] ?? '') === '' && tool.envVars[name] === undefined);
  const inArguments = placeholdersOf(tool.argv.filter((item) => 'argument' in item))
    .flatMap((placeholder) => variableOf(placeholder) ?? [])
    .filter((name) => (env[name] ?? '') === '');
  return [...new Set([...required, ...referenced, ...inArguments])];
}

/** Values that a tool gets from variables by `env_vars` and its arguments, and its API keys: they must never be shown. */
export function secretValues(tool: CommandSecrets, env: Environment): string[] {
  const referenced = Object.values(tool.envVars).flatMap(({ value }) => expandVariables(value, env).used);
  const inArguments = placeholdersOf(tool.argv).flatMap((placeholder) => variableOf(placeholder) ?? []);
  const named = [...tool.apiKeyEnv, ...inArguments].map((name) => env[name] ?? '');
  const inUrl = expandVariables(tool.gateway?.baseUrl?.value ?? '', env).used.filter(hidesSomething);
  const secrets = [...referenced, ...named, ...inUrl, ...literalSecrets(tool.envVars)];
  return [...new Set(secrets)].filter((value) => value !== '');
}

/** A host is not secret, and messages must be able to name it. */
function hidesSomething(value: string): boolean {
  return !/^https?:\/\/[^@]*$/i.test(value);
}

/** The sentence and the hint for a variable that is not set. */
export function missingVariable(tool: CommandTool, name: string): { detail: string; hint: string } {
  return {
    detail: `\`${name}\` is not set, and tool \`${tool.name}\` needs it`,
    hint: `set the variable \`${name}\``,
  };
}

/** The failure of a task with a missing variable; `null`: all required variables are set. */
export function variableTrouble(task: Task<CommandTool>, env: Environment): Failure | null {
  const [missing] = missingVariables(task.tool, env);
  if (missing === undefined) return null;
  const { detail, hint } = missingVariable(task.tool, missing);
  return refused(task, 'tool_not_found', detail, hint);
}

/** The environment of a tool's process. */
export function childEnvironment(
  task: Task<CommandTool>,
  from: {
    env: Environment;
    /** Those from `env_template`. */
    variables: Readonly<Record<string, string>>;
    traceparent: string;
    tmpDir: string | null;
    slots: readonly string[];
    /** It calls a port of this machine instead of its provider. */
    isLocal: boolean;
    family: FamilyRules;
    /** For a program of Windows in WSL [none]. */
    translation?: Translation | null;
  },
): Record<string, string> {
  const { tool, ids } = task;
  const family = familyText(from.family);
  const own = { ...toolVariables(tool, from.env), ...withoutPermissions(from.variables) };
  const ours = {
    ...(from.isLocal ? withoutProxy(own) : {}),
    LLM_ROUTER_PARENT_ID: ids.invocationId,
    LLM_ROUTER_ROOT_ID: ids.rootId,
    LLM_ROUTER_DEPTH: String(ids.depth + 1),
    ...(from.slots.length === 0 ? {} : { LLM_ROUTER_SLOTS: from.slots.join(',') }),
    ...(family === '' ? {} : { LLM_ROUTER_FAMILY: family }),
    TRACEPARENT: from.traceparent,
  };
  const temporary = from.tmpDir === null ? {} : { TMPDIR: from.tmpDir };
  const all: Record<string, string> = { ...own, ...temporary, ...ours };
  const { translation = null } = from;
  if (translation === null) return all;
  const meant = [...Object.keys({ ...tool.envVars, ...from.variables }), ...tool.apiKeyEnv];
  const names = [...meant.filter((name) => name in all), ...Object.keys(ours)];
  return { ...all, WSLENV: translation.sharing(all.WSLENV, names) };
}

/** Keeps a proxy from what goes to this machine, in both spellings: a tool reads one of them. */
function withoutProxy(variables: Readonly<Record<string, string>>): Record<string, string> {
  const isProxied = Object.keys(variables).some((name) => /^(https?|all)_proxy$/i.test(name));
  if (!isProxied) return {};
  const exempt = [variables.no_proxy || variables.NO_PROXY || '', '127.0.0.1']
    .filter((part) => part !== '')
    .join(',');
  return { no_proxy: exempt, NO_PROXY: exempt };
}

/** Permissions that a user gives to one command, which its tools must not inherit. */
const NEVER_PASSED_ON = ['LLM_ROUTER_TRUST', 'LLM_ROUTER_TOKEN'];

/** The inherited variables and `env_vars` of a tool, independent of the task: also for probes of its binary. */
export function toolVariables(tool: CommandTool, env: Environment): Record<string, string> {
  return withoutPermissions({ ...inherited(tool, env), ...ownVariables(tool, env) });
}

function withoutPermissions(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !NEVER_PASSED_ON.includes(name)));
}

/** Whether a tool would use an API key, so that its login does not matter. */
export function hasApiKey(tool: CommandTool, env: Environment): boolean {
  const inherits = inheritance(tool);
  return tool.apiKeyEnv.some((name) => {
    const own = lookup(tool.envVars, name);
    const value = own === null ? inherits(name) && env[name] : expandVariables(own.value, env).text;
    return (value || '') !== '';
  });
}

/** Variables that tell a nested call where to keep its records. */
const FOR_NESTED_RUNS = ['LLM_ROUTER_TRACE_DIR', 'LLM_ROUTER_LEDGER', 'LLM_ROUTER_GATEWAY'];

function inherited(tool: CommandTool, env: Environment): Record<string, string> {
  const inherits = inheritance(tool);
  const entries = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value !== undefined && inherits(name) ? [[name, value]] : [],
  );
  return Object.fromEntries(entries);
}

/** Whether a tool gets a variable of the environment, by its name. */
function inheritance(tool: CommandTool): (name: string) => boolean {
  const wanted = tool.envInherit === 'all' ? ['*'] : [...tool.envInherit, ...FOR_NESTED_RUNS];
  const keep = nameMatcher(wanted);
  const drop = nameMatcher([...tool.envUnset, ...keysThatBill(tool)]);
  return (name) => keep(name) && !drop(name);
}

/** Most tools prefer a key in the environment to a login, and would bill per token instead of using the subscription. */
function keysThatBill(tool: CommandTool): readonly string[] {
  return tool.billing === 'subscription' ? tool.apiKeyEnv : [];
}

function ownVariables(tool: CommandTool, env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tool.envVars).map(([name, { value }]) => [name, expandVariables(value, env).text]),
  );
}

function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  return (name) => patterns.some((pattern) => matchesGlob(name, pattern));
}
