import type { GatewayApi } from '../config/types.js';
import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';

/** What a call asks for, as far as its cost depends on it. */
export interface CallRequest {
  /** The id in the body, or in the path. */
  model: string | null;
  /** No tokenizer makes more of it; `null`: the size of the body does not bound the input. */
  inputTokens: number | null;
  /** The limit of one answer; `null`: it has none. */
  outputTokens: number | null;
  /** How many answers it asks for. */
  answers: number;
  /** The longest life of what it may write to a cache. */
  cacheWrites: 'none' | 'short' | 'hour';
  /** It may be served at another price than that of the catalogue. */
  otherTier: string | null;
}

/** What a provider adds to the input of a call that offers tools, in tokens. */
const TOOLS_TOKENS = 1024;
/** No provider makes more tokens of one image. */
const IMAGE_TOKENS = 10_240;

/** Reads a call from its body; `null`: it is not a JSON object. */
export function readCall(
  api: GatewayApi,
  { body, model }: { body: Uint8Array; model: string | null },
): CallRequest | null {
  const value = parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  if (!isMap(value)) return null;
  const parts = partsOf(value);
  const bytes = body.byteLength - parts.imageBytes;
  const added = parts.images * IMAGE_TOKENS + (parts.hasTools ? TOOLS_TOKENS : 0);
  const { limit, answers } = LIMITS[api](value);
  return {
    model: model ?? textOf(value.model),
    inputTokens: parts.isOpenEnded ? null : bytes + added,
    outputTokens: limit,
    answers: Math.max(1, answers ?? 1),
    cacheWrites: cacheWritesOf(api, parts),
    otherTier: otherTierOf(value),
  };
}

/** The limit of one answer and their number, by protocol. */
const LIMITS: Readonly<Record<GatewayApi, (body: Body) => { limit: number | null; answers: number | null }>> =
  {
    'anthropic-messages': (body) => ({ limit: countOf(body.max_tokens), answers: 1 }),
    'openai-chat': (body) => ({
      limit: countOf(body.max_completion_tokens) ?? countOf(body.max_tokens),
      answers: countOf(body.n),
    }),
    'openai-responses': (body) => ({ limit: countOf(body.max_output_tokens), answers: 1 }),
    gemini: (body) => {
      const config = [body.generationConfig, body.generation_config].find(isMap) ?? {};
      return {
        limit: countOf(config.maxOutputTokens) ?? countOf(config.max_output_tokens),
        answers: countOf(config.candidateCount) ?? countOf(config.candidate_count),
      };
    },
  };

type Body = Readonly<Record<string, unknown>>;

function cacheWritesOf(api: GatewayApi, { caches }: Parts): CallRequest['cacheWrites'] {
  // The others write to their caches by themselves.
  return api === 'anthropic-messages' ? caches : 'hour';
}

/** Tiers that cost at most what the catalogue says. */
const ORDINARY = ['auto', 'default', 'standard', 'standard_only', 'on_demand', 'flex', 'batch'];

function otherTierOf({ service_tier: tier, speed }: Body): string | null {
  if (typeof speed === 'string' && speed !== 'standard') return speed;
  return typeof tier === 'string' && !ORDINARY.includes(tier) ? tier : null;
}

/** What was found in a body. */
interface Parts {
  images: number;
  /** Base64 in these, which no tokenizer reads. */
  imageBytes: number;
  hasTools: boolean;
  /** It refers to something that is not in it, or that a tokenizer is not the measure of. */
  isOpenEnded: boolean;
  caches: 'none' | 'short' | 'hour';
}

function partsOf(body: Body): Parts {
  const found: Parts = { images: 0, imageBytes: 0, hasTools: false, isOpenEnded: false, caches: 'none' };
  found.hasTools = ['tools', 'functions', 'mcp_servers'].some((name) => isGiven(body[name]));
  found.isOpenEnded =
    REFERENCES.some((name) => isGiven(body[name])) || listOf(body.tools).some(isProvidersOwn);
  const open: unknown[] = [body];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (isMap(value)) takePart(value, found);
    if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value))
        if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return found;
}

/** Keys of a body that stand for input which the provider keeps, finds or runs itself. */
const REFERENCES = [
  ...['previous_response_id', 'conversation', 'prompt', 'web_search_options', 'mcp_servers', 'container'],
  ...['cachedContent', 'cached_content'],
];

/** Tools that run at the caller, by the beginning of their type. */
const CALLERS_TOOLS =
  /^(function|custom|bash|text_editor|computer|memory|local_shell|shell|apply_patch|namespace)/;

/** A tool that the provider runs: what it finds is input too. */
function isProvidersOwn(tool: unknown): boolean {
  if (!isMap(tool)) return false;
  if (typeof tool.type === 'string') return !CALLERS_TOOLS.test(tool.type);
  const names = Object.keys(tool).filter((name) => !/^function_?declarations$/i.test(name));
  return !('name' in tool) && names.length > 0;
}

function takePart(part: Body, found: Parts): void {
  if (isMap(part.cache_control)) takeCache(part.cache_control, found);
  const inline = [part.inlineData, part.inline_data].find(isMap);
  if (inline !== undefined) takeMedia(inline, found);
  if (isGiven(part.fileData) || isGiven(part.file_data)) found.isOpenEnded = true;
  switch (part.type) {
    case 'image':
      takeImage(isMap(part.source) ? part.source.data : null, found);
      break;
    case 'image_url':
      takeImage(isMap(part.image_url) ? part.image_url.url : part.image_url, found);
      break;
    case 'input_image':
      takeImage(part.image_url, found);
      break;
    case 'document':
    case 'file':
    case 'input_file':
    case 'input_audio':
    case 'video_url':
    case 'container_upload':
    case 'item_reference':
      found.isOpenEnded = true;
      break;
  }
}

function takeCache({ ttl }: Body, found: Parts): void {
  found.caches = ttl === '1h' || found.caches === 'hour' ? 'hour' : 'short';
}

function takeMedia(inline: Body, found: Parts): void {
  const type = inline.mimeType ?? inline.mime_type;
  if (typeof type === 'string' && type.startsWith('image/')) takeImage(inline.data, found);
  else found.isOpenEnded = true;
}

function takeImage(data: unknown, found: Parts): void {
  found.images += 1;
  // Base64 and its head are ASCII, of which a JSON text has one byte a character.
  if (typeof data === 'string' && /^[\w+/=:;,.-]*$/.test(data)) found.imageBytes += data.length;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
