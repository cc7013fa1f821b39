import type { GatewayApi } from '../config/types.js';

/** What a request to the gateway is: a call with costs, or something that costs nothing. */
export type Opened =
  | {
      kind: 'call';
      /** The model, where the path names it. */
      model: string | null;
    }
  | { kind: 'free' };

/** A request by its method and its path behind `{gateway_url}`, without a query. */
export interface Asked {
  method: string;
  path: string;
}

interface Route {
  method: 'POST' | 'GET';
  path: RegExp;
  /** Its first group is the model, if there is one. */
  kind: Opened['kind'];
}

/** Base URLs have the version of the API, or leave it to the tool. */
const VERSION = '(?:/v\\d+\\w*)?';
const NAMES = '(?:/[\\w.:@+%-]+){1,4}';
/** The places of Vertex AI stand before its models. */
const PLACE = '(?:/(?:projects|locations|publishers|endpoints)/[\\w-]+)*';
const GEMINI_MODEL = `${VERSION}${PLACE}/(?:models|tunedModels)/([\\w.@%-]+)`;

const MODELS: Route = { method: 'GET', path: exactly(`${VERSION}/models(?:${NAMES})?`), kind: 'free' };

/** The paths that are open: those of calls, the counting of tokens, and the list of models. */
const ROUTES: Readonly<Record<GatewayApi, readonly Route[]>> = {
  'anthropic-messages': [
    { method: 'POST', path: exactly(`${VERSION}/messages`), kind: 'call' },
    { method: 'POST', path: exactly(`${VERSION}/messages/count_tokens`), kind: 'free' },
    MODELS,
  ],
  'openai-chat': [{ method: 'POST', path: exactly(`${VERSION}/chat/completions`), kind: 'call' }, MODELS],
  'openai-responses': [
    { method: 'POST', path: exactly(`${VERSION}/responses`), kind: 'call' },
    { method: 'POST', path: exactly(`${VERSION}/responses/input_tokens`), kind: 'free' },
    MODELS,
  ],
  gemini: [
    {
      method: 'POST',
      path: exactly(`${GEMINI_MODEL}:(?:streamGenerateContent|generateContent)`),
      kind: 'call',
    },
    { method: 'POST', path: exactly(`${GEMINI_MODEL}:countTokens`), kind: 'free' },
    MODELS,
  ],
};

/** What a request may do; `null`: it is not open. */
export function openedBy(api: GatewayApi, { method, path }: Asked): Opened | null {
  for (const route of ROUTES[api]) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match === null) continue;
    return route.kind === 'free' ? { kind: 'free' } : { kind: 'call', model: decoded(match[1]) };
  }
  return null;
}

function exactly(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

function decoded(name: string | undefined): string | null {
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
