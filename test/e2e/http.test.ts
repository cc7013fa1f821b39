import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  chatEvents,
  frame,
  messageEvents,
  type Provider,
  plain,
  type Reply,
  stream,
} from '../rig/provider.js';
import { startProxy } from '../rig/proxy.js';
import { type Rig, rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';

const TLS = path.join(import.meta.dirname, '../fixtures/tls');
const PAIR = {
  key: readFileSync(path.join(TLS, 'server.key'), 'utf8'),
  cert: readFileSync(path.join(TLS, 'server.pem'), 'utf8'),
};
const KEYS = { OPENAI_API_KEY: 'canary-openai-9f8e7d', ANTHROPIC_API_KEY: 'canary-anthropic-1a2b3c' };

/** The built-in tools with local base URLs and without retries. */
function atHome(rig: Rig, { openai, anthropic }: { openai: Provider; anthropic?: Provider }): void {
  rig.write(
    'llm-router.yaml',
    `version: 1
default_agent: writer
agents:
  writer: { preferred_tool: openai, preferred_model: gpt-6-luna${anthropic ? ', fallback_chain: [anthropic:haiku]' : ''} }
tools:
  openai: { base_url: ${openai.url}/v1, connect_timeout: 2s }
${anthropic ? `  anthropic: { base_url: ${anthropic.url}/v1 }\n` : ''}policies: { default: { retry: { max_retries: 0 } } }
`,
  );
}

/** The events of an answer, without an end or a close. */
const neverClosed =
  (events: readonly unknown[]): Reply =>
  async ({ head, write }) => {
    head(200, { 'content-type': 'text/event-stream' });
    for (const event of events) await write(frame(event));
  };

describe('exec with a provider API', () => {
  it(
    'answers, with its cost, and writes the key nowhere',
    rigged(async (rig) => {
      const openai = await rig.provider([stream(chatEvents(['hel', 'lo']))]);
      atHome(rig, { openai });
      const { code, stdout, stderr, json } = await rig.run(['exec', '--json', '-v', 'hi'], { env: KEYS });
      expect(code).toBe(0);
      expect(json()).toMatchObject({
        status: 'succeeded',
        text: 'hello',
        tool: 'openai',
        // 11 * 0.1 + 3 * 0.5
        cost: { usd: 0.000003, basis: 'computed', billing: 'api' },
        usage: { input_tokens: 11, output_tokens: 3, total_tokens: 14 },
        attempts: [{ n: 1, exit_code: null, request_id: 'chatcmpl-1', first_output_ms: expect.any(Number) }],
      });
      expect(openai.calls[0]?.headers.authorization).toBe(`Bearer ${KEYS.OPENAI_API_KEY}`);
      expect(stdout + stderr + JSON.stringify(rig.traces())).not.toContain('canary');
    }),
  );

  it(
    'falls back from one provider to the next, with the reason',
    rigged(async (rig) => {
      const limited = {
        error: { message: `Rate limit reached for ${KEYS.OPENAI_API_KEY}`, code: 'rate_limit_exceeded' },
      };
      const openai = await rig.provider([plain(429, limited, { 'retry-after': '20' })]);
      const anthropic = await rig.provider([stream(messageEvents(['from the second']))]);
      atHome(rig, { openai, anthropic });
      const { code, stdout, stderr } = await rig.run(['exec', 'hi'], { env: KEYS });
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'from the second\n' });
      expect(stderr).toContain('rate_limit: `openai` answered 429: Rate limit reached for [redacted]');
      expect(stderr).toContain('trying fallback: anthropic haiku');
      const [trace] = rig.traces();
      expect(trace?.attempts.map(({ tool, failure }) => [tool, failure?.type ?? null])).toEqual([
        ['openai', 'rate_limit'],
        ['anthropic', null],
      ]);
      expect(JSON.stringify(trace) + stderr).not.toContain('canary');
    }),
  );

  it(
    'shows the request of a dry run with its key masked, and sends nothing',
    rigged(async (rig) => {
      const openai = await rig.provider([]);
      atHome(rig, { openai });
      rig.write(
        'llm-router.yaml',
        rig.read('llm-router.yaml').replace('connect_timeout: 2s', `headers: { X-Org: 'org \${ORG}' }`),
      );
      const env = { ...KEYS, ORG: 'canary' };
      const shown = await rig.run(['exec', '--dry-run', 'hi'], { env });
      expect(shown.stdout).toContain('x-org: [redacted]');
      expect(shown.stdout).toContain(`sends: POST ${openai.url}/v1/chat/completions`);
      expect(shown.stdout).toContain('authorization: Bearer [redacted]');
      const planned = await rig.run(['exec', '--dry-run', '--json', '--max-tokens', '5', 'hi'], {
        env,
      });
      expect(planned.json().plan.candidates[0]).toMatchObject({
        request: {
          method: 'POST',
          url: `${openai.url}/v1/chat/completions`,
          headers: { authorization: 'Bearer [redacted]' },
          body: {
            model: 'gpt-6-luna',
            messages: [{ role: 'user', content: 'hi' }],
            max_completion_tokens: 5,
          },
        },
      });
      expect(shown.stdout + planned.stdout).not.toContain('canary');
      expect(openai.calls).toEqual([]);
    }),
  );

  it(
    'shows live text, and what follows a break is partial',
    rigged(async (rig) => {
      const openai = await rig.provider([stream(chatEvents(['half ']).slice(0, 2))]);
      const anthropic = await rig.provider([]);
      atHome(rig, { openai, anthropic });
      const { code, stdout, stderr } = await rig.run(['exec', '--stream', 'hi'], { env: KEYS });
      expect({ code, stdout }).toEqual({ code: 76, stdout: expect.stringContaining('half ') });
      expect(stderr).toContain('[partial]');
    }),
  );

  it(
    'ends at once although the provider keeps the connection open',
    rigged(async (rig) => {
      const openai = await rig.provider([neverClosed(chatEvents(['done']))]);
      atHome(rig, { openai });
      const { code, stdout } = await rig.run(['exec', 'hi'], { env: KEYS });
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    }),
  );

  it(
    'is cancelled by Ctrl-C, and closes the connection',
    rigged(async (rig) => {
      const openai = await rig.provider();
      atHome(rig, { openai });
      const running = rig.start(['exec', '--json', 'hi'], { env: KEYS });
      const call = await openai.nextCall();
      running.kill('SIGINT');
      await call.gone;
      const { code, json } = await running.done;
      expect(code).toBe(130);
      expect(json()).toMatchObject({ status: 'cancelled', failure: { type: 'cancelled', phase: 'SIGINT' } });
    }),
  );

  it(
    'is stopped by a hard budget before anything is sent, and a refused request costs nothing',
    rigged(async (rig) => {
      const openai = await rig.provider([plain(429, {}), stream(chatEvents(['ok']))]);
      atHome(rig, { openai });
      const config = rig.read('llm-router.yaml');
      // gpt-6-luna: 100 output tokens cost at most 50 micro-dollars, and a few more for the input.
      const limited = (usd: number) =>
        config.replace('default: {', `default: { budget: { daily_usd: ${usd}, limit: { type: hard } },`);
      const run = () => rig.run(['exec', '--json', '--max-tokens', '100', 'hi'], { env: KEYS });
      rig.write('llm-router.yaml', limited(0.00001));
      expect((await run()).json()).toMatchObject({ failure: { type: 'budget_exceeded' } });
      expect(openai.calls).toEqual([]);
      rig.write('llm-router.yaml', limited(0.00006));
      expect((await run()).json()).toMatchObject({ failure: { type: 'rate_limit' }, cost: { usd: 0 } });
      expect((await run()).json()).toMatchObject({ status: 'succeeded', cost: { usd: 0.000003 } });
    }),
  );

  it(
    'needs its key, and names the variable',
    rigged(async (rig) => {
      const { code, stderr } = await rig.run(['exec', '--tool', 'anthropic', 'hi']);
      expect(code).toBe(69);
      expect(stderr).toContain('`ANTHROPIC_API_KEY` is not set, and tool `anthropic` needs it');
    }),
  );

  it(
    'never chooses a local server unless configured',
    rigged(async (rig) => {
      const { code, stderr } = await rig.run(['exec', 'hi']);
      expect(code).toBe(78);
      expect(stderr).not.toContain('lm-studio-api');
      const asked = await rig.run(
        ['exec', '--retries', '0', '--tool', 'lm-studio-api', '--model', 'x', 'hi'],
        {
          env: { LMSTUDIO_BASE_URL: 'http://127.0.0.1:1/v1' },
        },
      );
      expect(asked.code).toBe(75);
      expect(asked.stderr).toContain('nothing listens there (ECONNREFUSED)');
      expect(asked.stderr).toContain('lms server start');
    }),
  );
});

describe('TLS', () => {
  const config = (url: string): string => `version: 1
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${url}', models: [m], billing: free } }
policies: { default: { retry: { max_retries: 0 } } }
`;

  itInSoak(
    'is always verified, whatever variables are set',
    rigged(async (rig) => {
      const provider = await rig.provider([], PAIR);
      rig.write('llm-router.yaml', config(provider.url));
      const { code, stderr } = await rig.run(['exec', 'hi'], { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
      expect(code).toBe(75);
      expect(stderr).toContain('[connection]');
      expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
    }),
  );

  itInSoak(
    'accepts a custom CA, directly and through a proxy',
    rigged(async (rig) => {
      const provider = await rig.provider(
        [stream(chatEvents(['straight'])), stream(chatEvents(['through']))],
        PAIR,
      );
      const proxy = await startProxy(provider.port);
      const env = { NODE_EXTRA_CA_CERTS: path.join(TLS, 'ca.pem') };
      rig.write('llm-router.yaml', config(provider.url));
      expect((await rig.spawn(['exec', 'hi'], { env })).stdout).toBe('straight\n');
      rig.write('llm-router.yaml', config('https://api.test/v1'));
      const proxied = await rig.spawn(['exec', 'hi'], { env: { ...env, HTTPS_PROXY: proxy.url } });
      expect(proxied.stdout).toBe('through\n');
      expect(proxy.asked).toEqual([{ to: 'api.test:443', authorization: null }]);
      await proxy.close();
    }),
  );

  itInSoak(
    'is verified behind a proxy too',
    rigged(async (rig) => {
      const provider = await rig.provider([], PAIR);
      const proxy = await startProxy(provider.port);
      rig.write('llm-router.yaml', config('https://api.test/v1'));
      const env = { HTTPS_PROXY: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
      const { code, stderr } = await rig.run(['exec', 'hi'], { env });
      expect({ code, calls: provider.calls }).toEqual({ code: 75, calls: [] });
      expect(stderr).toContain('[connection]');
      await proxy.close();
    }),
  );

  itInSoak(
    'does not hang behind a proxy that does not answer',
    rigged(async (rig) => {
      const proxy = await startProxy(1, 'nothing');
      rig.write(
        'llm-router.yaml',
        config('https://api.test/v1').replace('models:', 'connect_timeout: 200ms, models:'),
      );
      const { code, stderr } = await rig.run(['exec', 'hi'], { env: { HTTPS_PROXY: proxy.url } });
      expect(code).toBe(124);
      expect(stderr).toContain('did not accept a connection within 200 ms');
      await proxy.close();
    }),
  );
});

describe('doctor', () => {
  it(
    'shows the endpoint and the key variable of an API',
    rigged(async (rig) => {
      const { stdout } = await rig.run(['doctor', '--all'], { env: KEYS });
      expect(stdout).toMatch(/ok +openai +https:\/\/api\.openai\.com\/v1, key in OPENAI_API_KEY/);
      expect(stdout).toMatch(/- +lm-studio-api +http:\/\/localhost:1234\/v1, needs no key/);
      expect(stdout).toMatch(/- +openrouter +`OPENROUTER_API_KEY` is not set/);
      expect(stdout).toMatch(/- +mlx-api +http:\/\/localhost:8080\/v1, needs no key, not checked/);
      expect(stdout).not.toContain('canary');
    }),
  );
});

describe('trust', () => {
  it(
    'shows where prompts would go',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        "version: 1\ntools: { api: { kind: http, api: openai-chat, base_url: 'https://api.test/v1', api_key_env: SOME_KEY, models: [m] } }\n",
      );
      const { stdout } = await rig.run(['config', 'trust', '--show'], {
        env: { LLM_ROUTER_TRUST: undefined },
      });
      expect(stdout).toContain('tool api: sends prompts to https://api.test/v1 with the key in SOME_KEY');
    }),
  );
});
