import type { HttpTool } from '../../config/types.js';
import type { Environment } from '../adapter.js';
import { type Expanded, expandVariables } from '../variables.js';
import { withCredentials } from './credentials.js';

/** The base URL of a tool with its variables filled in. */
export function baseUrlOf(tool: Pick<HttpTool, 'baseUrl' | 'api'>, env: Environment): Expanded {
  const { text, ...rest } = expandVariables(tool.baseUrl.value, env);
  // What cannot be decoded is no URL to send to.
  const expanded = { ...rest, text: withCredentials(text) ?? '' };
  if (tool.api !== 'ollama') return expanded;
  return { ...expanded, text: ollamaUrl(expanded.text), used: expanded.used.map(ollamaUrl) };
}

/**
 * The URL of an `OLLAMA_HOST`: the protocol, the host and the port may be absent, and it may be the address that a server listens on.
 * https://github.com/ollama/ollama/blob/main/envconfig/config.go
 */
export function ollamaUrl(host: string): string {
  const text = host.trim().replace(/^(["'])(.*)\1$/, '$2');
  if (/^https?:\/\//i.test(text)) return withoutWildcard(text);
  if (text.includes('://')) return text;
  const [, place = '', path = ''] = /^([^/]*)(.*)$/s.exec(text) ?? [];
  const named = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*$/i.test(place) ? `[${place}]` : place;
  const [, name = '', port = ':11434'] = /^(.*?)(:\d+)?$/s.exec(named) ?? [];
  return withoutWildcard(`http://${name === '' ? '127.0.0.1' : name}${port}${path}`);
}

/** Nothing can be reached under the address that stands for every one of a machine; its loopback address can. */
function withoutWildcard(url: string): string {
  return url.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)/i, '$1127.0.0.1');
}

/** The path of a base URL with the version of the API, which many leave out. */
export function versioned(basePath: string, version: string): string {
  return /\/v\d+\w*$/.test(basePath) ? basePath : `${basePath}/${version}`;
}

/** The host of the task's tool, once its variables are filled in; `null`: no URL. */
export function hostOf({ tool }: { tool: HttpTool }): string | null {
  const known = HOSTS.get(tool);
  if (known !== undefined) return known;
  const host = URL.canParse(tool.baseUrl.value) ? new URL(tool.baseUrl.value).hostname : null;
  HOSTS.set(tool, host);
  return host;
}

const HOSTS = new WeakMap<HttpTool, string | null>();

/** Whether it is OpenAI's own host, of any region, or Azure's. */
export function isOpenAiHost(task: { tool: HttpTool }): boolean {
  return OPENAI_HOSTS.test(hostOf(task) ?? '');
}

const OPENAI_HOSTS =
  /^(?:[a-z-]+\.)?api\.openai\.com\.?$|\.(openai|services\.ai|cognitiveservices)\.azure\.(com|us|cn)\.?$/;
