import type { HttpTool } from '../../config/types.js';
import type { Availability } from '../../domain/facts.js';
import type { Failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { MASK } from '../../redact/redact.js';
import type { Environment, PreviewedRequest } from '../adapter.js';
import { refused } from '../refused.js';
import { type Expanded, expandVariables, literalSecrets } from '../variables.js';
import { baseUrlOf } from './base-url.js';
import { withExtra } from './extra-body.js';
import { unusableProxy } from './proxy.js';
import type { HttpTask, Wire } from './wire.js';

/** A request, ready to be sent. */
export interface PreparedRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
  /** Names of headers whose values came from variables. */
  secretHeaders: readonly string[];
  /** The task with its base URL filled in. */
  task: HttpTask;
}

/** Whether all variables of a tool's requests are set. Connects to nothing. */
export function toolAvailability(tool: HttpTool, env: Environment): Availability {
  const trouble = missing(tool, env);
  return trouble === null
    ? { available: true, path: null }
    : { available: false, reason: 'tool_not_found', ...trouble };
}

/** Builds the request of a task, or returns the failure of one that cannot be sent. */
export function prepareRequest(
  wire: Wire,
  asked: HttpTask,
  env: Environment,
): Result<PreparedRequest, Failure> {
  const { tool } = asked;
  const unset = missing(tool, env);
  if (unset !== null) return err(refused(asked, 'tool_not_found', unset.detail, unset.hint));
  if (asked.modelId === null) return err(noModel(asked));
  const base = baseUrlOf(tool, env).text;
  const task: HttpTask = { ...asked, tool: { ...tool, baseUrl: { ...tool.baseUrl, value: base } } };
  const headers = headersOf(wire, tool, env, {
    accept: `${STREAM_TYPES[wire.streamForm]}, application/json`,
    'content-type': 'application/json',
    ...correlation(task),
  });
  const bad = badHeader(task, headers.values);
  if (bad !== null) return err(bad);
  return ok({
    url: urlOf(base, (basePath) => wire.endpoint(basePath, task)),
    headers: headers.values,
    body: withExtra(wire, wire.body(task), tool.extraBody),
    secretHeaders: headers.secret,
    task,
  });
}

/** Builds a request without a body, such as that for the list of models, or returns the failure of one that cannot be sent. */
export function prepareGet(
  wire: Wire,
  { tool, env }: { tool: HttpTool; env: Environment },
  endpoint: (basePath: string) => string,
): Result<Pick<PreparedRequest, 'url' | 'headers'>, Failure> {
  const asked = { tool, modelName: null };
  const unset = missing(tool, env);
  if (unset !== null) return err(refused(asked, 'tool_not_found', unset.detail, unset.hint));
  const headers = headersOf(wire, tool, env, { accept: 'application/json' }).values;
  const bad = badHeader(asked, headers);
  return bad === null ? ok({ url: urlOf(baseUrlOf(tool, env).text, endpoint), headers }) : err(bad);
}

/** The request with secrets masked. */
export function shownRequest({ url, headers, body, secretHeaders }: PreparedRequest): PreviewedRequest {
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    secretHeaders.includes(name) ? value.replace(/^(Bearer )?.*$/s, `$1${MASK}`) : value,
  ]);
  return { method: 'POST', url: withoutPassword(url), headers: Object.fromEntries(shown), body };
}

/** Secret values from variables: keys, and values in headers and in the URL. */
export function secretValues(tool: HttpTool, env: Environment): string[] {
  const inHeaders = Object.values(tool.headers).flatMap(({ value }) => expandVariables(value, env).used);
  const used = [...baseUrlOf(tool, env).used, ...inHeaders];
  const proxies = ['https_proxy', 'http_proxy', 'all_proxy'].flatMap((name) =>
    [name, name.toUpperCase()].map((each) => passwordIn(env[each] ?? '')),
  );
  // A host is not secret, and messages must be able to name it.
  const hidden = used.filter((value) => !/^https?:\/\/[^@]*$/i.test(value));
  const secrets = [...hidden, ...keysOf(tool, env), ...proxies, ...literalSecrets(tool.headers)];
  return [...new Set(secrets)].filter((value) => value !== '');
}

/** Appends to the path of the base URL, and keeps its query. */
function urlOf(base: string, endpoint: (basePath: string) => string): URL {
  const url = new URL(base);
  const [path = '', query] = endpoint(url.pathname.replace(/\/+$/, '')).split('?');
  url.pathname = path;
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.set(name, value);
  return url;
}

/** Why a tool cannot be called. */
interface Trouble {
  detail: string;
  hint: string;
  /** The missing variable, the first of the alternatives. */
  missingVariable?: string;
}

function missing(tool: HttpTool, env: Environment): Trouble | null {
  const base = baseUrlOf(tool, env);
  const texts: Expanded[] = [
    base,
    ...Object.values(tool.headers).map(({ value }) => expandVariables(value, env)),
  ];
  const unset = texts.flatMap((text) => text.missing)[0];
  if (unset !== undefined) return unsetVariable(tool, [unset]);
  const needsKey = tool.apiKeyRequired && tool.apiKeyEnv.length > 0;
  if (needsKey && keysOf(tool, env).length === 0) return unsetVariable(tool, tool.apiKeyEnv);
  if (URL.canParse(base.text) && /^https?:$/.test(new URL(base.text).protocol))
    return proxyTrouble(new URL(base.text), env);
  const detail = `\`base_url\` of tool \`${tool.name}\` is no URL that starts with \`https://\` or \`http://\``;
  return { detail, hint: 'check the variable in it' };
}

/** Past a proxy that cannot be used, the key and the prompt would go out directly. */
function proxyTrouble(base: URL, env: Environment): Trouble | null {
  const proxy = unusableProxy(base, env);
  if (proxy === null) return null;
  return {
    detail: `the proxy in \`${proxy.variable}\` is not supported (${proxy.protocol === '' ? 'it is no URL' : `\`${proxy.protocol}\``}), and nothing is sent past it`,
    hint: `set \`${proxy.variable}\` to an \`http://\` proxy, or add \`${base.hostname}\` to \`NO_PROXY\``,
  };
}

function unsetVariable(tool: HttpTool, names: readonly string[]): Trouble {
  const list = names.map((name) => `\`${name}\``);
  const detail =
    list.length === 1
      ? `${list[0]} is not set, and tool \`${tool.name}\` needs it`
      : `none of ${list.join(', ')} is set, and tool \`${tool.name}\` needs one`;
  const [missingVariable] = names;
  const hint = `set the variable ${list.join(' or ')}`;
  return { detail, hint, ...(missingVariable === undefined ? {} : { missingVariable }) };
}

/** Keys that are set, the one to send first, without line feeds, which come from key files. */
function keysOf(tool: HttpTool, env: Environment): string[] {
  return tool.apiKeyEnv.map((name) => (env[name] ?? '').trim()).filter((key) => key !== '');
}

const STREAM_TYPES = { events: 'text/event-stream', lines: 'application/x-ndjson' };

function headersOf(
  wire: Wire,
  tool: HttpTool,
  env: Environment,
  more: Readonly<Record<string, string>>,
): { values: Record<string, string>; secret: string[] } {
  const [key] = keysOf(tool, env);
  const keyHeader = key === undefined ? [] : [wire.keyHeader(key)];
  const own = Object.entries(tool.headers).map(([name, { value }]) => ({
    name: name.toLowerCase(),
    ...expandVariables(value, env),
  }));
  const values = {
    'user-agent': 'llm-router',
    ...wire.headers,
    ...more,
    ...Object.fromEntries(keyHeader),
    ...Object.fromEntries(own.map(({ name, text }) => [name, text])),
  };
  const fromVariables = own.filter(({ used }) => used.length > 0).map(({ name }) => name);
  return { values, secret: [...keyHeader.map(([name]) => name), ...fromVariables] };
}

/** Headers that identify the caller in the records of a provider or gateway. */
function correlation({ ids, agent, sourceAgent, session }: HttpTask): Record<string, string> {
  const source = sourceAgent ?? agent;
  return {
    'x-trace-id': headerText(ids.traceId),
    ...(source === null ? {} : { 'x-source-agent': headerText(source) }),
    ...(session === null ? {} : { 'x-session-id': headerText(session) }),
  };
}

/** Characters allowed in headers; other characters of caller-chosen values are percent-encoded. */
function headerText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** The failure of a header whose value no header may have; `null`: all are fine. */
function badHeader(
  asked: Parameters<typeof refused>[0],
  headers: Readonly<Record<string, string>>,
): Failure | null {
  const bad = Object.entries(headers).find(([, value]) => !isHeaderText(value));
  if (bad === undefined) return null;
  const message = `the header \`${bad[0]}\` of tool \`${asked.tool.name}\` holds characters that no header may have`;
  return refused(asked, 'authentication', message, 'check the variable that it comes from');
}

function noModel(task: HttpTask): Failure {
  const hint = 'name one with `--model` or `preferred_model`';
  return refused(task, 'model_not_found', `tool \`${task.tool.name}\` needs a model`, hint);
}

function withoutPassword(url: URL): string {
  if (url.password === '') return url.href;
  const shown = new URL(url);
  shown.password = MASK;
  return shown.href;
}

function passwordIn(proxy: string): string {
  if (proxy === '') return '';
  const { password } = URL.canParse(proxy) ? new URL(proxy) : { password: '' };
  try {
    return decodeURIComponent(password);
  } catch {
    return password; // a `%` that encodes nothing
  }
}
