import { afterEach, describe, expect, it } from '@jest/globals';
import { ATTRIBUTES } from '../../src/telemetry/otlp/names.js';
import { type Answer, type Collector, type SeenSpan, startCollector } from '../rig/collector.js';
import { chatEvents, plain, stream } from '../rig/provider.js';
import { type Rig, rigged } from '../rig/rig.js';

let open: Collector[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

async function collector(answer?: (path: string) => Answer): Promise<Collector> {
  const started = await startCollector(answer);
  open.push(started);
  return started;
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const EXEC = ['exec', '-a', 'me', '--no-stdin'];

/** A tool that fails once and then answers, by HTTP. */
async function failingApi(rig: Rig, more = ''): Promise<void> {
  const usage = { prompt_tokens: 120, completion_tokens: 30, prompt_tokens_details: { cached_tokens: 20 } };
  const provider = await rig.provider([
    plain(500, { error: { message: 'broken' } }),
    stream(chatEvents(['forty', 'two'], { usage, model: 'm-2026' })),
  ]);
  const api = `{ kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], api_key_required: false }`;
  rig.write(
    'llm-router.yaml',
    `
version: 1
agents: { me: { preferred_tool: api } }
tools: { api: ${api} }
models: { m: { provider: google, cost_per_1m_tokens: { input: 1, output: 2 } } }
policies: { default: { retry: { base_delay: 1ms, max_delay: 1ms } } }
${more}`,
  );
}

/** A tool that answers at once. */
function mock(more = '', policy = ''): string {
  return `
version: 1
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, responses: [{ text: the answer }] } }
policies: { default: { ${policy} } }
${more}`;
}

function named(spans: readonly SeenSpan[], name: string): SeenSpan[] {
  return spans.filter((span) => span.name === name);
}

/** Attributes that the reference does not list for this kind of span. */
function undescribed({ name, parentSpanId, attributes }: SeenSpan): string[] {
  const kind = name === 'wait' ? 'wait' : parentSpanId === CALLER ? 'invocation' : 'attempt';
  return Object.keys(attributes).filter((one) => ATTRIBUTES[one]?.on.includes(kind) !== true);
}

describe.each(['http/protobuf', 'http/json'])('by %s', (protocol) => {
  it(
    'a run is a tree of spans below that of its caller, and its attempts are measured',
    rigged(async (rig) => {
      const seen = await collector();
      await failingApi(rig, `telemetry: { otlp: { endpoint: '${seen.url}', protocol: ${protocol} } }`);
      const env = { TRACEPARENT: `00-${TRACE}-${CALLER}-01` };
      const run = await rig.run([...EXEC, '--json', 'a private question'], { env });
      expect(run.code).toBe(0);
      const spans = seen.spans();
      const [root] = named(spans, 'invoke_agent me');
      expect(root).toMatchObject({
        traceId: TRACE,
        parentSpanId: CALLER,
        kind: 1,
        status: { code: 0 },
        resource: { 'service.name': 'llm-router', 'telemetry.sdk.name': 'opentelemetry' },
        attributes: {
          'gen_ai.agent.name': 'me',
          'gen_ai.response.model': 'm-2026',
          'llm_router.invocation.id': run.json().id,
          'llm_router.attempts': 2,
        },
      });
      const children = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
      expect(children.map(({ name }) => name)).toEqual(['chat m', 'wait', 'chat m']);
      expect(spans).toHaveLength(4);
      const [first, wait, second] = children;
      const shared = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'gcp.gemini',
        'gen_ai.request.model': 'm',
        'server.address': '127.0.0.1',
        'server.port': expect.any(Number),
      };
      expect(first).toMatchObject({
        kind: 3,
        status: { code: 2, message: expect.stringContaining('broken') },
        attributes: { ...shared, 'error.type': 'provider_error', 'http.response.status_code': 500 },
      });
      expect(wait?.attributes).toMatchObject({
        'llm_router.wait.kind': 'retry',
        'llm_router.wait.reason': 'provider_error',
      });
      expect(second).toMatchObject({
        status: { code: 0 },
        attributes: {
          ...shared,
          'gen_ai.response.model': 'm-2026',
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.usage.input_tokens': 120,
          'gen_ai.usage.cache_read.input_tokens': 20,
          'gen_ai.usage.output_tokens': 30,
        },
      });
      const firstS = second?.attributes['gen_ai.response.time_to_first_chunk'];
      expect(firstS).toBeLessThanOrEqual(Number((second?.endNs ?? 0n) - (second?.startNs ?? 0n)) / 1e9);
      expect(second?.attributes).not.toHaveProperty('error.type');
      const times = [
        root?.startNs,
        first?.startNs,
        first?.endNs,
        wait?.startNs,
        wait?.endNs,
        second?.startNs,
      ];
      expect(times).toEqual([...times].sort((a, b) => Number((a ?? 0n) - (b ?? 0n))));
      expect(Number(root?.endNs)).toBeGreaterThanOrEqual(Number(second?.endNs));
      for (const span of spans) expect(undescribed(span)).toEqual([]);
      const bodies = seen.exports.map(({ body }) => body.toString('latin1')).join();
      for (const text of ['private question', 'forty']) expect(bodies).not.toContain(text);
      const points = seen.points();
      expect(
        points.map(({ metric, count, sum, attributes }) => [
          metric,
          attributes['error.type'] ?? attributes['gen_ai.token.type'] ?? null,
          count,
          metric.endsWith('usage') ? sum : null,
        ]),
      ).toEqual([
        ['gen_ai.client.operation.duration', 'provider_error', 1, null],
        ['gen_ai.client.operation.duration', null, 1, null],
        ['gen_ai.client.token.usage', 'input', 1, 120],
        ['gen_ai.client.token.usage', 'output', 1, 30],
      ]);
      expect(points[0]?.bounds.at(-1)).toBe(81.92);
      expect(points[3]?.bounds.at(-1)).toBe(67_108_864);
      const type = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
      expect(new Set(seen.exports.map(({ headers }) => headers['content-type']))).toEqual(new Set([type]));
    }),
  );
});

it(
  'a tool gets the span of its attempt, so that a nested run is below it',
  rigged(async (rig) => {
    const seen = await collector();
    const nested = `
version: 1
agents: { outer: { preferred_tool: shell }, inner: { preferred_tool: bot } }
tools:
  shell: { binary: caller-cli, args: [], env_vars: { INNER: '1' } }
  bot: { kind: mock, responses: [{ text: deep }] }
telemetry: { otlp: { endpoint: '${seen.url}' } }
`;
    rig.write('llm-router.yaml', nested);
    rig.write(
      `${rig.bin}/caller-cli`,
      '#!/bin/sh\nexec llm-router --config llm-router.yaml exec -a inner --no-stdin hi\n',
    );
    await rig.shell(`/bin/chmod +x ${rig.bin}/caller-cli`);
    const env = { TRACEPARENT: `00-${TRACE}-${CALLER}-01` };
    const run = await rig.run(['exec', '-a', 'outer', '--no-stdin', 'go'], { env });
    expect(run).toMatchObject({ code: 0, stdout: 'deep\n' });
    const spans = seen.spans();
    const [outer, attempt, inner] = ['invoke_agent outer', 'invoke_agent shell', 'invoke_agent inner'].map(
      (name) => named(spans, name)[0],
    );
    expect(outer).toMatchObject({ parentSpanId: CALLER, traceId: TRACE });
    expect(attempt?.parentSpanId).toBe(outer?.spanId);
    expect(inner).toMatchObject({ parentSpanId: attempt?.spanId, traceId: TRACE });
    expect(inner?.attributes['llm_router.parent.id']).toBe(outer?.attributes['llm_router.invocation.id']);
    expect(attempt?.attributes['llm_router.exit_code']).toBe(0);
  }),
);

describe('a collector that', () => {
  it.each<[what: string, answer: Answer | 'refuses', says: string]>([
    ['never answers', 'never', 'there was no answer in time'],
    ['is not there', 'refuses', 'ECONNREFUSED'],
    ['fails', { status: 500 }, 'it answered 500'],
    ['has too much to do', { status: 429, headers: { 'retry-after': '60' } }, 'it answered 429'],
    ['redirects', { status: 307, headers: { location: 'http://127.0.0.1:9/' } }, 'it answered 307'],
    [
      'takes a part',
      { status: 200, body: Buffer.from([10, 8, 8, 2, 18, 4, 102, 117, 108, 108]) },
      'it rejected 2 of them: full',
    ],
  ])('%s changes neither the answer nor the exit code', async (_what, answer, says) => {
    await rigged(async (rig) => {
      const seen = await collector(() => (answer === 'refuses' ? 'never' : answer));
      if (answer === 'refuses') await seen.close();
      rig.write('llm-router.yaml', mock(`telemetry: { otlp: { endpoint: '${seen.url}' } }`));
      const run = await rig.run([...EXEC, 'hi']);
      expect(run).toMatchObject({ code: 0, stdout: 'the answer\n' });
      const warnings = run.stderr.split('\n').filter((line) => line.includes('telemetry'));
      expect(warnings).toHaveLength(1);
      expect(run.stderr).toContain(says);
    })();
  });
});

it(
  'what a collector has accepted is not missed, whatever becomes of its answer',
  rigged(async (rig) => {
    const seen = await collector(() => 'cut');
    rig.write('llm-router.yaml', mock(`telemetry: { otlp: { endpoint: '${seen.url}' } }`));
    expect(await rig.run([...EXEC, 'hi'])).toMatchObject({ code: 0, stdout: 'the answer\n', stderr: '' });
    expect(seen.spans()).toHaveLength(2);
  }),
);

describe('by the variables of OpenTelemetry', () => {
  it.each<[what: string, env: (url: string) => Record<string, string>, paths: string[], type?: string]>([
    [
      'one endpoint',
      (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/otlp/` }),
      ['/otlp/v1/metrics', '/otlp/v1/traces'],
    ],
    [
      'an endpoint for traces alone',
      (url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/mine` }),
      ['/mine'],
    ],
    ['an endpoint for metrics alone', (url) => ({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/m` }), ['/m']],
    [
      'no exporter of traces',
      (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_EXPORTER: 'none' }),
      ['/v1/metrics'],
    ],
    ['a disabled SDK', (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'True' }), []],
    [
      'a protocol',
      (url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/t`, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }),
      ['/t'],
      'application/json',
    ],
    [
      'a caller whose trace is not recorded',
      (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url, TRACEPARENT: `00-${TRACE}-${CALLER}-00` }),
      ['/v1/metrics'],
    ],
    [
      'the same, with a trace id of another trace',
      (url) => ({
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        TRACEPARENT: `00-${TRACE}-${CALLER}-00`,
        TRACE_ID: 'another',
      }),
      ['/v1/metrics'],
    ],
  ])('%s', async (_what, variables, paths, type = 'application/x-protobuf') => {
    await rigged(async (rig) => {
      const seen = await collector();
      rig.write('llm-router.yaml', mock());
      const { TRACE_ID, ...env } = variables(seen.url);
      const traceId = TRACE_ID === undefined ? [] : ['--trace-id', TRACE_ID];
      const run = await rig.run([...EXEC, ...traceId, 'hi'], { env });
      expect(run).toMatchObject({ code: 0, stdout: 'the answer\n', stderr: '' });
      expect(seen.exports.map(({ path }) => path).sort()).toEqual(paths);
      for (const { headers } of seen.exports) expect(headers['content-type']).toBe(type);
    })();
  });

  it(
    'what is sent is compressed, each signal as it asks for',
    rigged(async (rig) => {
      const seen = await collector();
      rig.write('llm-router.yaml', mock());
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: seen.url,
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none',
      };
      expect((await rig.run([...EXEC, 'hi'], { env })).stderr).toBe('');
      const encodings = seen.exports.map(({ path, headers }) => [path, headers['content-encoding']]);
      expect(encodings.sort()).toEqual([
        ['/v1/metrics', undefined],
        ['/v1/traces', 'gzip'],
      ]);
      expect(seen.spans()).toHaveLength(2);
      expect(seen.points()).toHaveLength(1);
    }),
  );

  it(
    'the service, its attributes, headers and temporality are named; the config is stronger',
    rigged(async (rig) => {
      const [seen, other] = [await collector(), await collector()];
      rig.write('llm-router.yaml', mock(`telemetry: { otlp: { endpoint: '${seen.url}' } }`));
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abcdef123456,x-tenant=seven',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-tenant=eight',
        OTEL_SERVICE_NAME: 'ci',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      };
      expect((await rig.run([...EXEC, 'hi'], { env })).stderr).toBe('');
      expect(other.exports).toEqual([]);
      const tenants = seen.exports.map(({ path, headers }) => [
        path,
        headers['x-tenant'],
        headers.authorization,
      ]);
      expect(tenants.sort()).toEqual([
        ['/v1/metrics', 'seven', 'Bearer abcdef123456'],
        ['/v1/traces', 'eight', 'Bearer abcdef123456'],
      ]);
      expect(seen.spans()[0]?.resource).toMatchObject({
        'service.name': 'ci',
        'deployment.environment.name': 'test',
      });
      expect(seen.points().map(({ temporality }) => temporality)).toEqual([1]);
    }),
  );

  it.each<[what: string, env: Record<string, string>, says: string]>([
    [
      'a protocol that is not spoken',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'the protocol `grpc` is not known',
    ],
    [
      'a compression that is not known',
      { OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'zstd' },
      'the compression `zstd` is not known: set `gzip` or `none`',
    ],
    [
      'an endpoint that is none',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
      'the endpoint is not a URL',
    ],
    ['a header that cannot be sent', { OTEL_EXPORTER_OTLP_HEADERS: 'a%0Ab=c' }, ''],
    ['a name that no header has', { OTEL_EXPORTER_OTLP_HEADERS: 'a b=c' }, 'a header of `telemetry.otlp`'],
    [
      'a proxy that cannot be used',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example', HTTP_PROXY: 'http://me:%ff@127.0.0.1:1' },
      'the proxy cannot be used',
    ],
    [
      'a proxy of another protocol',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example', ALL_PROXY: 'socks5://127.0.0.1:1' },
      'the proxy cannot be used',
    ],
  ])('%s is one warning', async (_what, variables, says) => {
    await rigged(async (rig) => {
      const seen = await collector();
      rig.write('llm-router.yaml', mock());
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: seen.url, ...variables };
      const run = await rig.run([...EXEC, 'hi'], { env });
      expect(run).toMatchObject({ code: 0, stdout: 'the answer\n' });
      expect(run.stderr).toContain(says);
      expect(run.stderr.trim().split('\n')).toHaveLength(1);
    })();
  });
});

describe('what is private', () => {
  const SECRET = 'hunter2hunter2';

  it(
    'headers come from variables, and are masked wherever they are repeated',
    rigged(async (rig) => {
      const seen = await collector();
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of the configuration
      const headers = "{ x-key: '${COLLECTOR_KEY}' }";
      rig.write(
        'llm-router.yaml',
        `
version: 1
agents: { me: { preferred_tool: bot } }
tools: { bot: { binary: bot-cli, args: [] } }
telemetry: { otlp: { endpoint: '${seen.url}', headers: ${headers} } }
`,
      );
      rig.script('bot-cli', [{ stderr: `no access with ${SECRET}`, exit: 3 }]);
      const run = await rig.run([...EXEC, 'hi'], { env: { COLLECTOR_KEY: SECRET } });
      expect(run.code).toBe(1);
      expect(new Set(seen.exports.map((one) => one.headers['x-key']))).toEqual(new Set([SECRET]));
      const told = seen.exports.map(({ body }) => body.toString('latin1')).join();
      expect(`${run.stderr}${JSON.stringify(rig.traces())}${told}`).not.toContain(SECRET);
      const unset = await rig.run(['exec', '-a', 'me', '--no-stdin', '--tool', 'mock', 'hi']);
      expect(unset).toMatchObject({ code: 0, stderr: expect.stringContaining('`COLLECTOR_KEY` is not set') });
    }),
  );

  it(
    'prompt and answer are sent only with `log_prompts`, secrets masked',
    rigged(async (rig) => {
      const seen = await collector();
      const otlp = `telemetry: { otlp: { endpoint: '${seen.url}' } }`;
      rig.write('llm-router.yaml', mock(otlp, 'privacy: { log_prompts: true }'));
      const run = await rig.run([...EXEC, '--system', 'be brief', `why ${SECRET}?`], {
        env: { SOME_TOKEN: SECRET },
      });
      expect(run.code).toBe(0);
      const attributes = named(seen.spans(), 'invoke_agent me')[0]?.attributes ?? {};
      const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
      expect(JSON.parse(String(attributes['gen_ai.input.messages']))).toEqual([
        message('user', expect.not.stringContaining(SECRET) as unknown as string),
      ]);
      expect(JSON.parse(String(attributes['gen_ai.output.messages']))).toEqual([
        { ...message('assistant', 'the answer'), finish_reason: 'stop' },
      ]);
      expect(attributes['gen_ai.system_instructions']).toContain('be brief');
    }),
  );

  it(
    'a project that is not trusted names no collector',
    rigged(async (rig) => {
      const seen = await collector();
      rig.write(
        'llm-router.yaml',
        `version: 1\ntelemetry: { otlp: { endpoint: '${seen.url}', headers: { x-a: '$\{HOME}' } } }\n`,
      );
      const env = { LLM_ROUTER_TRUST: undefined };
      const run = await rig.run(['exec', '--tool', 'mock', '--no-stdin', 'hi'], { env });
      expect(run).toMatchObject({ code: 77, stdout: '' });
      await rig.run(['doctor', '--online'], { env });
      expect(seen.exports).toEqual([]);
    }),
  );

  it(
    "the user's own collector is not replaced by that of a project",
    rigged(async (rig) => {
      const [mine, theirs] = [await collector(), await collector()];
      rig.write(
        `${rig.config}/llm-router/llm-router.yaml`,
        `version: 1\ntelemetry: { otlp: { endpoint: '${mine.url}' } }\n`,
      );
      rig.write('llm-router.yaml', mock(`telemetry: { otlp: { endpoint: '${theirs.url}' } }`));
      expect((await rig.run([...EXEC, 'hi'])).code).toBe(0);
      expect(mine.spans()).toHaveLength(2);
      expect(theirs.exports).toEqual([]);
    }),
  );
});
