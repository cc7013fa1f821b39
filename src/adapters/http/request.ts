import type { HttpTool } from '../../config/types.js';
import type { Availability } from '../../domain/facts.js';
import type { Failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { settingNames } from '../../domain/setting-names.js';
import { MASK } from '../../redact/redact.js';
import type { Environment, PreviewedRequest } from '../adapter.js';
import { refused } from '../refused.js';
import { endpointOf } from './endpoint.js';
import { withExtra } from './extra-body.js';
import type { HttpTask, Wire } from './wire.js';

/** A request, ready to be sent. */
export interface PreparedRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Readonly<Record<string, unknown>>;
  /** URL of the proxy; `null`: none. */
  proxy: string | null;
  /** Names of headers whose values came from variables. */
  secretHeaders: readonly string[];
  /** The task with its base URL filled in. */
  task: HttpTask;
}

/** Whether all variables of a tool's requests are set. Connects to nothing. */
export function toolAvailability(tool: HttpTool, env: Environment): Availability {
  const { trouble } = endpointOf(tool, env);
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
  const endpoint = endpointOf(tool, env);
  const { trouble, proxy } = endpoint;
  if (trouble !== null) return err(refused(asked, 'tool_not_found', trouble.detail, trouble.hint));
  if (asked.modelId === null) return err(noModel(asked));
  const task: HttpTask = { ...asked, tool: endpoint.tool };
  const { first, last, secret, bad } = endpoint.headers(wire);
  if (bad !== null) return err(badHeader(task, bad));
  const own = {
    accept: `${STREAM_TYPES[wire.streamForm]}, application/json`,
    'content-type': 'application/json',
    ...correlation(task),
  };
  return ok({
    url: endpoint.url((basePath) => wire.endpoint(basePath, task)),
    headers: { ...first, ...own, ...last },
    body: withExtra(wire, wire.body(task), tool.extraBody),
    proxy,
    secretHeaders: secret,
    task,
  });
}

/** Builds a request without a body, such as that for the list of models, or returns the failure of one that cannot be sent. */
export function prepareGet(
  wire: Wire,
  { tool, env }: { tool: HttpTool; env: Environment },
  pathOf: (basePath: string) => string,
): Result<Pick<PreparedRequest, 'url' | 'headers' | 'proxy'>, Failure> {
  const asked = { tool, modelName: null };
  const endpoint = endpointOf(tool, env);
  const { trouble, proxy } = endpoint;
  if (trouble !== null) return err(refused(asked, 'tool_not_found', trouble.detail, trouble.hint));
  const { first, last, bad } = endpoint.headers(wire);
  if (bad !== null) return err(badHeader(asked, bad));
  const headers = { ...first, accept: 'application/json', ...last };
  return ok({ url: endpoint.url(pathOf), headers, proxy });
}

/** The request with secrets masked. */
export function shownRequest({ url, headers, body, secretHeaders }: PreparedRequest): PreviewedRequest {
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    secretHeaders.includes(name) ? value.replace(/^(Bearer )?.*$/s, `$1${MASK}`) : value,
  ]);
  return { method: 'POST', url: withoutPassword(url), headers: Object.fromEntries(shown), body };
}

const STREAM_TYPES = { events: 'text/event-stream', lines: 'application/x-ndjson' };

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

/** The failure of a header whose value no header may have. */
function badHeader(asked: Parameters<typeof refused>[0], name: string): Failure {
  const message = `the header \`${name}\` of tool \`${asked.tool.name}\` holds characters that no header may have`;
  return refused(asked, 'authentication', message, 'check the variable that it comes from');
}

function noModel(task: HttpTask): Failure {
  const hint = `name one with ${settingNames(task.origin).model} or \`preferred_model\``;
  return refused(task, 'model_not_found', `tool \`${task.tool.name}\` needs a model`, hint);
}

function withoutPassword(url: URL): string {
  if (url.password === '') return url.href;
  const shown = new URL(url);
  shown.password = MASK;
  return shown.href;
}
