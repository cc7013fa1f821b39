import type { HttpTool } from '../../config/types.js';
import type { Environment } from '../adapter.js';
import { type Expanded, expandVariables } from '../variables.js';
import { baseUrlOf } from './base-url.js';
import { proxyFor, proxyTrouble } from './proxy.js';
import type { Wire } from './wire.js';

/** Where the requests of a tool go, and what all of them have: its variables are filled in. */
export class Endpoint {
  /** The tool with its base URL filled in. */
  readonly tool: HttpTool;
  /** Why it cannot be called; `null`: it can. */
  readonly trouble: Trouble | null;
  /** URL of the proxy; `null`: none. */
  readonly proxy: string | null;
  readonly #basePath: string;
  readonly #key: string | undefined;
  readonly #own: readonly { name: string; text: string; used: readonly string[] }[];
  readonly #urls = new Map<string, URL>();
  readonly #headers = new Map<Wire, FixedHeaders>();

  constructor(tool: HttpTool, env: Environment) {
    const base = baseUrlOf(tool, env);
    this.tool = { ...tool, baseUrl: { ...tool.baseUrl, value: base.text } };
    this.trouble = missing(tool, env, base);
    const url = this.trouble === null ? new URL(base.text) : null;
    this.proxy = url === null ? null : proxyFor(url, env);
    this.#basePath = url === null ? '' : url.pathname.replace(/\/+$/, '');
    this.#key = keysOf(tool, env)[0];
    this.#own = Object.entries(tool.headers).map(([name, { value }]) => ({
      name: name.toLowerCase(),
      ...expandVariables(value, env),
    }));
  }

  /** The URL of a request: its path and query are added to those of the base URL. */
  url(pathOf: (basePath: string) => string): URL {
    const at = pathOf(this.#basePath);
    const known = this.#urls.get(at);
    if (known !== undefined) return known;
    if (this.#urls.size >= MOST_URLS) this.#urls.clear();
    const url = urlOf(this.tool.baseUrl.value, at);
    this.#urls.set(at, url);
    return url;
  }

  /** The headers of every request of a protocol. */
  headers(wire: Wire): FixedHeaders {
    const known = this.#headers.get(wire) ?? this.#headersOf(wire);
    this.#headers.set(wire, known);
    return known;
  }

  #headersOf(wire: Wire): FixedHeaders {
    const key = this.#key === undefined ? [] : [wire.keyHeader(this.#key)];
    const own = this.#own.map(({ name, text }) => [name, text]);
    const fromVariables = this.#own.filter(({ used }) => used.length > 0).map(({ name }) => name);
    const last = { ...Object.fromEntries(key), ...Object.fromEntries(own) };
    return {
      first: { 'user-agent': 'llm-router', ...wire.headers },
      last,
      secret: [...key.map(([name]) => name), ...fromVariables],
      bad: Object.keys(last).find((name) => !isHeaderText(last[name])) ?? null,
    };
  }
}

/** Headers that every request of a tool has. */
export interface FixedHeaders {
  /** Those that others may replace. */
  first: Readonly<Record<string, string>>;
  /** Those that replace others: the key, and the tool's own. */
  last: Readonly<Record<string, string>>;
  /** Names of those whose values are secret. */
  secret: readonly string[];
  /** The name of one whose value no header may have; `null`: all are fine. */
  bad: string | null;
}

/** More than the models of a tool that puts them into the path. */
const MOST_URLS = 256;

interface Known {
  endpoint: Endpoint;
  env: Environment;
  /** The variables that were looked at, and their values. */
  seen: ReadonlyMap<string, string | undefined>;
}

const KNOWN = new WeakMap<HttpTool, Known>();

/** The endpoint of a tool. It is kept until one of the variables that it depends on changes. */
export function endpointOf(tool: HttpTool, env: Environment): Endpoint {
  const before = KNOWN.get(tool);
  if (before !== undefined && before.env === env && isCurrent(before)) return before.endpoint;
  const seen = new Map<string, string | undefined>();
  const endpoint = new Endpoint(tool, recording(env, seen));
  KNOWN.set(tool, { endpoint, env, seen });
  return endpoint;
}

function isCurrent({ env, seen }: Known): boolean {
  for (const [name, value] of seen) if (env[name] !== value) return false;
  return true;
}

/** The same variables, of which `seen` gets those that are looked at. */
function recording(env: Environment, seen: Map<string, string | undefined>): Environment {
  return new Proxy(env, {
    get: (from, name) => {
      const value = from[String(name)];
      seen.set(String(name), value);
      return value;
    },
  });
}

/** Appends to the path of the base URL, and keeps its query. */
function urlOf(base: string, at: string): URL {
  const url = new URL(base);
  const [path = '', query] = at.split('?');
  url.pathname = path;
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.set(name, value);
  return url;
}

/** Why a tool cannot be called. */
export interface Trouble {
  detail: string;
  hint: string;
  /** The missing variable, the first of the alternatives. */
  missingVariable?: string;
}

function missing(tool: HttpTool, env: Environment, base: Expanded): Trouble | null {
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
export function keysOf(tool: Pick<HttpTool, 'apiKeyEnv'>, env: Environment): string[] {
  return tool.apiKeyEnv.map((name) => (env[name] ?? '').trim()).filter((key) => key !== '');
}

function isHeaderText(text: string | undefined): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text ?? '');
}
