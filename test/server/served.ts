import { connect } from 'node:net';
import { adapterOf } from '../../src/adapters/registry.js';
import type { LedgerAccess } from '../../src/ledger/access.js';
import { forManyRequests } from '../../src/router/many-requests.js';
import { withNamedToolsOnly } from '../../src/router/named-tools.js';
import type { LogRecord } from '../../src/router/record.js';
import { createRouter } from '../../src/router/router.js';
import { redactorOf } from '../../src/router/secrets.js';
import type { Stores } from '../../src/router/world.js';
import { type ActiveConfig, ConfigInUse } from '../../src/server/active-config.js';
import { listen } from '../../src/server/server.js';
import { createService, type Service } from '../../src/server/service.js';
import { realHost } from '../../src/world.js';
import { configOf } from '../rig/config.js';
import { ownCooldowns } from '../rig/cooldowns.js';

/** A server inside the test, with real HTTP. */
export interface Served {
  url: string;
  port: number;
  service: Service;
  /** Lines of the structured log. */
  logs: LogRecord[];
  /** Errors in our own code. */
  bugs: unknown[];
  /** Posts JSON, or a text as it is. */
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Response>;
  /** One call; the document of its answer. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came.
  rpc(method: string, params?: unknown, more?: object): Promise<any>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Makes the runs that go on end, as after the grace. */
  end(): void;
  setDraining(): void;
  replace(yaml: string): void;
}

export interface ServedOptions {
  env?: Record<string, string>;
  token?: string;
  ledger?: LedgerAccess;
  stores?: Partial<Stores>;
}

/** The mock answers at once. */
export const MOCK = `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, models: [m], responses: [{ text: hello there }] } }
`;

/** The provider is at this URL. */
export function overHttp(url: string, more = ''): string {
  return `
default_agent: me
agents: { me: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: openai-chat, base_url: '${url}/v1', models: [m], billing: free } }
policies: { default: { retry: { max_retries: 0 } } }
${more}
`;
}

/** A test body with a server of its own. */
export function served(
  yaml: string,
  body: (served: Served) => Promise<void>,
  options: ServedOptions = {},
): () => Promise<void> {
  return async () => {
    const running = await serve(yaml, options);
    try {
      await body(running);
      if (running.bugs.length > 0) throw running.bugs[0];
    } finally {
      await running.close();
    }
  };
}

export async function serve(
  yaml: string,
  options: ServedOptions = {},
): Promise<Served & { close(): Promise<void> }> {
  const ending = new AbortController();
  const [logs, bugs]: [LogRecord[], unknown[]] = [[], []];
  let isDraining = false;
  const configs = new ConfigInUse(activeOf(yaml, options));
  const service = await createService({
    world: { ...realHost(), env: options.env ?? {} },
    parent: null,
    configs,
    ending: ending.signal,
    isDraining: () => isDraining,
    log: () => ({ logs: [(record) => void logs.push(record)] }),
  });
  const listening = await listen({
    host: '127.0.0.1',
    port: 0,
    service,
    onBug: (error) => void bugs.push(error),
  });
  if (!listening.ok) throw new Error(listening.error);
  const { url } = listening.value;
  const post: Served['post'] = (path, body, headers = {}, signal) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    url,
    port: Number(new URL(url).port),
    service,
    logs,
    bugs,
    post,
    rpc: async (method, params, more = {}) => {
      const answer = await post('/rpc', { jsonrpc: '2.0', id: 1, method, params, ...more });
      return json(answer);
    },
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers }),
    end: () => ending.abort(),
    setDraining: () => {
      isDraining = true;
      service.turns.end();
    },
    replace: (next) => configs.replace(activeOf(next, options)),
    close: async () => {
      listening.value.cut();
      await listening.value.stop();
      await configs.close();
    },
  };
}

function activeOf(yaml: string, { env = {}, token, ledger, stores = {} }: ServedOptions): ActiveConfig {
  const config = withNamedToolsOnly(configOf(yaml));
  const world = forManyRequests({
    host: {
      ...realHost(),
      env,
      readFile: async () => '',
      redactor: redactorOf(config, env),
      adapterOf,
    },
    stores: {
      ledger: ledger ?? null,
      cooldowns: ownCooldowns(),
      modelLists: null,
      traces: null,
      audit: null,
      telemetry: null,
      runningDir: null,
      isolatedDir: null,
      ...stores,
    },
    urgent: new AbortController().signal,
  });
  return {
    config,
    router: createRouter(config, world),
    host: world.host,
    stores: world.stores,
    token: token ?? null,
  };
}

/** Sends bytes as they are; everything that comes back until the server closes or is silent for long. */
export function raw(
  port: number,
  bytes: string | Buffer,
  { silenceMs = 300, answeredMs = silenceMs }: { silenceMs?: number; answeredMs?: number } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(silenceMs, finish);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      socket.setTimeout(answeredMs);
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(bytes);
  });
}

/** The document of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into what came.
export function json(answer: Response): Promise<any> {
  return answer.json() as Promise<unknown>;
}

/** The events of a stream that has ended, as type and data. */
export function eventsIn(text: string): { type: string | null; data: string }[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => ({
      type: /^event: (.*)$/m.exec(block)?.[1] ?? null,
      data: /^data: (.*)$/m.exec(block)?.[1] ?? '',
    }));
}
