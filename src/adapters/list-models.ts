import type { HttpTool } from '../config/types.js';
import { onAbort } from '../domain/abort.js';
import { briefDuration } from '../domain/duration.js';
import { type Failure, type FailureType, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import type { AdapterContext } from './adapter.js';
import { createBodyDecoder } from './http/body-decoder.js';
import type { HttpEnd } from './http/call.js';
import { callProvider } from './http/client.js';
import { Connections } from './http/connections.js';
import { hintFor, typeOfRefusal } from './http/failures.js';
import { parseJson } from './http/json.js';
import { type Headers, header } from './http/limits.js';
import { type ListedModel, MODEL_LISTS, type ModelList } from './http/model-lists.js';
import { connectionProblem } from './http/outcome.js';
import { errorInBody } from './http/provider-error.js';
import { type PreparedRequest, prepareGet } from './http/request.js';
import type { Wire } from './http/wire.js';
import { wireOfApi } from './http.js';

export type { ListedModel } from './http/model-lists.js';

/** What a provider lists. */
export interface ProviderModels {
  /** In the order of the provider, each id once. */
  models: readonly ListedModel[];
  /** The list is longer than what is read of it. */
  isCut: boolean;
}

/** The surroundings of a question to a provider. */
export interface ListingContext extends Pick<AdapterContext, 'env' | 'monotonicMs' | 'redact'> {
  /** Ends it. */
  signal: AbortSignal;
  /** How long the answer may take, all pages together, ms. */
  limitMs: number;
}

/** Of all pages of a list; OpenRouter's with hundreds of models has about one. */
const MAX_BYTES = 16 * 2 ** 20;
/** An error is at the start of its response. */
const MAX_REFUSAL_BYTES = 64 * 1024;
const MAX_MODELS = 20_000;
const MAX_PAGES = 50;

/**
 * Asks the provider of a tool for its models, which costs nothing. The failure has the reason and a hint; never throws for a foreseen
 * cause.
 */
export async function listModels(
  tool: HttpTool,
  context: ListingContext,
): Promise<Result<ProviderModels, Failure>> {
  const connections = new Connections();
  return readPages({ tool, context, connections }).finally(() => connections.close());
}

async function readPages({
  tool,
  context,
  connections,
}: Pick<Listing, 'tool' | 'context' | 'connections'>): Promise<Result<ProviderModels, Failure>> {
  const wire = wireOfApi(tool.api);
  const endMs = context.monotonicMs() + context.limitMs;
  const list = MODEL_LISTS[tool.api];
  const found = new Map<string, ListedModel>();
  const pages = new Set<string>();
  let bytes = 0;
  for (let after: string | null = null; ; ) {
    const listing = { tool, wire, list, context, connections, endMs, maxBytes: MAX_BYTES - bytes };
    const page = await readPage(listing, after);
    if (!page.ok) return page;
    bytes += page.value.bytes;
    for (const model of page.value.models) if (!found.has(model.id)) found.set(model.id, model);
    after = page.value.next;
    const isLast = after === null || pages.has(after);
    if (isLast || found.size > MAX_MODELS || pages.size >= MAX_PAGES)
      return ok({
        models: [...found.values()].slice(0, MAX_MODELS),
        isCut: !isLast || found.size > MAX_MODELS,
      });
    pages.add(after as string);
  }
}

interface Listing {
  tool: HttpTool;
  wire: Wire;
  list: ModelList;
  context: ListingContext;
  connections: Connections;
  endMs: number;
  maxBytes: number;
}

interface Page {
  models: ListedModel[];
  next: string | null;
  bytes: number;
}

async function readPage(listing: Listing, after: string | null): Promise<Result<Page, Failure>> {
  const { tool, wire, list, context } = listing;
  const request = prepareGet(wire, { tool, env: context.env }, (basePath) => list.path(basePath, after));
  if (!request.ok) return request;
  const got = await readBody(listing, request.value);
  if (!got.ok) return got;
  const { status, headers, text, bytes } = got.value;
  if (status < 200 || status > 299) return err(refusal(listing, { status, headers, text }));
  const body = parseJson(text.replace(/^\uFEFF/, ''));
  if (typeof body !== 'object' || body === null) {
    const what = text.trim() === '' ? 'an empty answer' : /^\s*</.test(text) ? 'a web page' : 'no JSON';
    return err(fail(tool, 'invalid_response', `gave ${what} instead of its models`, CHECK_BASE_URL));
  }
  const entries = list.entries(body);
  if (entries === null)
    return err(fail(tool, 'invalid_response', 'gave JSON without a list of models', CHECK_BASE_URL));
  const models = withoutSecrets(
    entries.flatMap((entry) => list.read(entry) ?? []),
    context,
  );
  return ok({ models, next: list.next(body), bytes });
}

/** Ids are kept in a file, so one that repeats a secret is left out. All are searched at once, since there may be thousands. */
function withoutSecrets(models: ListedModel[], { redact }: ListingContext): ListedModel[] {
  const ids = models.map(({ id }) => id).join('\n');
  return redact(ids) === ids ? models : models.filter(({ id }) => redact(id) === id);
}

const CHECK_BASE_URL = 'check `base_url` of the tool';

interface Response {
  status: number;
  headers: Headers;
  text: string;
}

/** Reads the whole body, as far as it is bounded. */
async function readBody(
  { tool, context, connections, endMs, maxBytes }: Listing,
  { url, headers, proxy }: Pick<PreparedRequest, 'url' | 'headers' | 'proxy'>,
): Promise<Result<Response & { bytes: number }, Failure>> {
  const leftMs = Math.max(1, endMs - context.monotonicMs());
  const call = callProvider({
    url,
    headers,
    body: null,
    connections,
    proxy,
    connectTimeoutMs: Math.min(tool.connectTimeoutMs, leftMs),
    idleTimeoutMs: null,
    timeoutMs: leftMs,
    stop: { isOver: () => context.signal.aborted, whenOver: (then) => onAbort(context.signal, then) },
    isComplete: () => false,
    graceMs: () => null,
  });
  const response: Response & { bytes: number } = { status: 0, headers: {}, text: '', bytes: 0 };
  let decoder = createBodyDecoder(null);
  try {
    for (;;) {
      const step = await call.next();
      if (step.done === true) {
        if (step.value.ended !== 'complete') return err(endFailure(tool, step.value, context.limitMs));
        return ok({ ...response, text: response.text + decoder.end() });
      }
      const event = step.value;
      if (event.type === 'response') {
        Object.assign(response, { status: event.status, headers: event.headers });
        decoder = createBodyDecoder(header(event.headers, 'content-type'));
        continue;
      }
      response.bytes += event.bytes.byteLength;
      response.text += decoder.push(event.bytes);
      if (response.status > 299 && response.bytes > MAX_REFUSAL_BYTES) return ok(response);
      if (response.bytes > maxBytes)
        return err(
          fail(tool, 'invalid_response', `sent more than ${MAX_BYTES / 2 ** 20} MiB instead of its models`),
        );
    }
  } finally {
    await call.return({ ended: 'complete' });
  }
}

function endFailure(tool: HttpTool, end: Exclude<HttpEnd, { ended: 'complete' }>, limitMs: number): Failure {
  switch (end.ended) {
    case 'cancelled':
      return fail(tool, 'cancelled', 'was not waited for');
    case 'timeout':
      return fail(tool, 'timeout', `did not list its models within ${briefDuration(limitMs)}`);
    case 'broken':
      return fail(
        tool,
        'connection',
        `cannot be reached: ${connectionProblem(end.code, end.message)}`,
        tool.installHint,
      );
  }
}

function refusal({ tool, context }: Listing, { status, headers, text }: Response): Failure {
  const error = errorInBody(text);
  const location = status < 400 ? header(headers, 'location') : null;
  if (location !== null) {
    const to = context.redact(location).slice(0, MAX_WORDS);
    const hint = 'set `base_url` to it if that is right: a key is sent to no other place';
    return fail(tool, 'invalid_response', `answered ${status} and sends requests on to \`${to}\``, hint);
  }
  const words = context
    .redact(error.message)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
    .slice(0, MAX_WORDS);
  const type = status === 404 ? 'invalid_response' : typeOfRefusal({ status, error });
  const hint = status === 404 ? CHECK_BASE_URL : hintFor(type, { keys: tool.apiKeyEnv, model: null });
  return fail(tool, type, `answered ${status}${words === '' ? '' : `: ${words}`}`, hint);
}

const MAX_WORDS = 300;

function fail(tool: HttpTool, type: FailureType, said: string, hint: string | null = null): Failure {
  return failure(type, `\`${tool.name}\` ${said}`, { hint, tool: tool.name });
}
