import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { invocationDocument } from '../src/domain/document.js';
import { type RequestOrigin, settingNames } from '../src/domain/setting-names.js';
import { createRouter, type LibraryRequest, loadConfig } from '../src/index.js';
import { runInProcess } from './rig/in-process.js';
import {
  chatEvents,
  frame,
  messageEvents,
  plain,
  type Reply,
  startProvider,
  stream,
} from './rig/provider.js';

/** One odd answer of a provider or a tool, and what every caller must be given. */
interface Case {
  name: string;
  /** What the provider answers to one caller, call by call. */
  replies?: readonly Reply[];
  /** A shell script that is the tool instead. */
  script?: string;
  /** `output` and `failures` of the tool. */
  tool?: string;
  api?: 'openai-chat' | 'anthropic-messages';
  /** The budget of the policy. */
  budget?: string;
  request?: Partial<LibraryRequest> & { schema?: string };
  expected: object;
}

const HELLO = chatEvents(['Hel', 'lo']);
const ended = (finish: string) => stream(chatEvents(['Hello'], { finish }));
const counting = (usage: object): Reply =>
  plain(200, { model: 'm', choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }], usage });
const refusing = (status: number, message: string, more: object = {}): Reply =>
  plain(status, { error: { message, ...more } });
const failed = (type: string, more: object = {}) => ({
  status: 'succeeded',
  text: 'from the second',
  attempts: [{ failure: { type, ...more } }, { failure: null }],
});
const answered = { status: 'succeeded', text: 'Hello', failure: null };
const open =
  (text: string, headers: Record<string, string> = { 'content-type': 'text/event-stream' }): Reply =>
  async ({ head, write }) => {
    head(200, headers);
    await write(text);
  };
const SECOND = plain(200, { choices: [{ message: { content: 'from the second' }, finish_reason: 'stop' }] });
const SPEAKS =
  'output: { format: json, text: /text, cost_usd: /cost, usage: { input_tokens: /in, output_tokens: /out } }';
const DATA = { text: '{"n":2}', data: { n: 2 } };

const CASES: readonly Case[] = [
  {
    name: 'a negative cost is not believed',
    script: 'echo \'{"text":"Hello","cost":-5,"in":10,"out":-2}\'',
    tool: SPEAKS,
    expected: {
      ...answered,
      cost: { basis: 'unknown', usd: null },
      usage: { input_tokens: 10, output_tokens: null },
    },
  },
  {
    name: 'a cost that cannot be true is not believed',
    script: 'echo \'{"text":"Hello","cost":1e13,"in":1e300,"out":4}\'',
    tool: SPEAKS,
    expected: { ...answered, usage: { input_tokens: null, output_tokens: 4 } },
  },
  ...['insufficient_system_resource', 'abort', 'network_error'].map((word) => ({
    name: `${word} is a failure`,
    replies: [ended(word), SECOND],
    expected: failed('provider_error'),
  })),
  ...['model_length', 'MAX_TOKENS'].map((word) => ({
    name: `${word} is a cut answer`,
    replies: [ended(word)],
    expected: { ...answered, finish_reason: 'length', warnings: [expect.stringContaining('cut off')] },
  })),
  {
    name: 'a safety word is a refusal',
    replies: [ended('SAFETY')],
    expected: { status: 'failed', failure: { type: 'refused' } },
  },
  {
    name: 'an unknown word is named',
    replies: [ended('zzz')],
    expected: { ...answered, warnings: [expect.stringContaining('zzz')] },
  },
  {
    name: 'keep-alives are skipped',
    replies: [stream([...HELLO.slice(0, 2), 'ping', ': hb', '', ...HELLO.slice(2)])],
    expected: answered,
  },
  {
    name: 'a stream under another type is read',
    replies: [
      ({ head, end }) => {
        head(200, { 'content-type': 'application/json' });
        end(HELLO.map(frame).join(''));
      },
    ],
    expected: answered,
  },
  {
    name: 'a finished answer does not need a closed connection',
    replies: [open(HELLO.slice(0, -1).map(frame).join(''))],
    expected: answered,
  },
  {
    name: 'a finished answer of Anthropic does not either',
    api: 'anthropic-messages',
    replies: [open(messageEvents(['Hello']).slice(0, -1).map(frame).join(''))],
    expected: answered,
  },
  {
    name: 'a total shows reasoning beside the output',
    replies: [
      counting({
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      }),
    ],
    expected: { ...answered, usage: { output_tokens: 103 } },
  },
  {
    name: 'zeros beside a text are no count',
    replies: [counting({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })],
    expected: { ...answered, usage: null, cost: { basis: 'unknown', usd: null } },
  },
  {
    name: 'counts that cannot be true are none',
    replies: [counting({ prompt_tokens: 1e300, completion_tokens: 3 })],
    expected: { ...answered, usage: { input_tokens: null, output_tokens: 3 } },
  },
  {
    name: 'another tier has no known price',
    replies: [
      plain(200, {
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 9, completion_tokens: 3 },
        service_tier: 'priority',
      }),
    ],
    expected: {
      ...answered,
      cost: { basis: 'unknown', usd: null },
      warnings: [expect.stringContaining('priority')],
    },
  },
  {
    name: 'an error in a list is read',
    replies: [
      plain(429, [
        { error: { code: 429, message: 'You exceeded your current quota. Please retry in 34s.' } },
      ]),
      SECOND,
    ],
    expected: failed('quota', { retry_after_ms: 34_000 }),
  },
  {
    name: 'a prompt over the window is one',
    replies: [refusing(400, 'Input length 140000 exceeds the maximum allowed input length'), SECOND],
    expected: failed('context_too_large'),
  },
  {
    name: 'a wrong key may be a 400',
    replies: [refusing(400, 'API key not valid. Please pass a valid API key.'), SECOND],
    expected: failed('authentication'),
  },
  {
    name: 'an unexplained 400 tries another provider',
    replies: [refusing(400, 'Field `x` is odd'), SECOND],
    expected: failed('invalid_request'),
  },
  {
    name: 'a 503 is an overload whatever it is called',
    replies: [refusing(503, 'busy', { type: 'server_error' }), SECOND],
    expected: failed('overloaded'),
  },
  {
    name: 'a wait in words is kept',
    replies: [refusing(429, 'Too many requests. Please retry after 32 seconds.'), SECOND],
    expected: failed('rate_limit', { retry_after_ms: 32_000 }),
  },
  {
    name: 'a weekly limit of a tool is a quota with its end',
    script: 'echo "You have hit your weekly limit, resets in 58 hours" >&2; exit 3',
    tool: 'failures: [{ type: quota, when: { exit_code: 3 }, retry_after: "resets in (?<time>.+)" }]',
    replies: [SECOND],
    expected: failed('quota', { retry_after_ms: 208_800_000 }),
  },
  {
    name: 'JSON is found behind thoughts and fences',
    replies: [stream(chatEvents(['<think>two</think>\n```json\n{"n":2}\n```']))],
    request: { schema: '{"type":"object","required":["n"]}' },
    expected: { status: 'succeeded', data: DATA.data },
  },
  {
    name: 'a dense prompt is bounded, not estimated',
    budget: ', budget: { daily_usd: 0.02, limit: { type: hard } }',
    replies: [],
    request: { prompt: 'aB3/'.repeat(15_000), fallback: false },
    expected: { status: 'failed', failure: { type: 'budget_exceeded' }, attempts: [] },
  },
  {
    name: 'a large request that is cut off is too large',
    replies: [refusing(413, 'Request Entity Too Large'), SECOND],
    expected: failed('context_too_large'),
  },
  {
    name: 'half characters are joined',
    replies: [stream(chatEvents(['Hell', '\uD83D', '\uDE42', 'o']))],
    expected: { status: 'succeeded', text: 'Hell\uD83D\uDE42o' },
  },
  {
    name: 'words of others steer no terminal',
    replies: [refusing(400, 'bad \u001b]0;owned\u0007\u001b[2J key'), SECOND],
    expected: failed('invalid_request', { message: expect.not.stringContaining('\u001b') }),
  },
  {
    name: 'a redirect to itself is no answer',
    replies: [
      ({ head, end }) => {
        head(307, { location: '/v1/chat/completions' });
        end();
      },
      SECOND,
    ],
    expected: failed('invalid_response'),
  },
  {
    name: 'bytes that are not UTF-8 are read with a warning',
    replies: [
      ({ head, end }) => {
        head(200, { 'content-type': 'application/json' });
        end(
          Buffer.from('{"choices":[{"message":{"content":"caf\u00e9"},"finish_reason":"stop"}]}', 'latin1'),
        );
      },
    ],
    expected: { status: 'succeeded', text: 'caf\u00e9', warnings: [expect.stringContaining('Latin-1')] },
  },
];

/** Values that differ between two runs of the same. */
const VOLATILE =
  /^(id|trace_id|latency_ms|first_output_ms|started_at|finished_at|at|reset_at|argv|request_id)$/;

/** The JSON with the option of a hint as the library calls it. */
function withFields(json: string): string {
  const named = (origin: RequestOrigin) => JSON.stringify(settingNames(origin).force).slice(1, -1);
  return json.replaceAll(named('command_line'), named('library'));
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !VOLATILE.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, stable(inner)]));
}

describe('the library gives what the command line gives:', () => {
  it.each(CASES.map((one) => [one.name, one] as const))(
    '%s',
    async (_, { expected, request = {}, ...one }) => {
      const root = mkdtempSync(path.join(tmpdir(), 'llm-same-'));
      const replies = one.replies ?? [];
      const provider = await startProvider([...replies, ...replies]);
      try {
        const config = path.join(root, 'llm-router.yaml');
        writeFileSync(config, configFor(one, provider.url));
        if (one.script !== undefined) {
          writeFileSync(path.join(root, 'bot'), `#!/bin/sh\ncat > /dev/null\n${one.script}\n`);
          chmodSync(path.join(root, 'bot'), 0o755);
        }
        const {
          prompt = 'hello',
          schema,
          fallback,
        } = request as { prompt?: string; schema?: string; fallback?: boolean };
        const args = [
          ...(schema === undefined ? [] : ['--schema', schema]),
          ...(fallback === false ? ['--no-fallback'] : []),
        ];
        const screen = await runInProcess(['exec', '--json', '--config', config, ...args, prompt], {
          root,
          env: homes(root, 'screen'),
          nowMs: Date.now(),
          monotonicMs: () => performance.now(),
        });
        const loaded = await loadConfig({ path: config, cwd: root, env: homes(root, 'library') });
        const router = createRouter(loaded, { env: homes(root, 'library') });
        const invocation = await router.complete({ agent: 'a', cwd: root, ...request, prompt });
        await router.close();
        const document = JSON.parse(JSON.stringify(invocationDocument(invocation)));
        expect(document).toMatchObject(expected);
        expect(stable(document)).toEqual(stable(JSON.parse(withFields(screen.stdout))));
        expect(provider.problems()).toEqual([]);
      } finally {
        await provider.close();
        rmSync(root, { recursive: true, force: true });
      }
    },
  );
});

function configFor(
  { script, tool = '', api = 'openai-chat', budget = '' }: Omit<Case, 'expected'>,
  url: string,
): string {
  const first =
    script === undefined
      ? `{ kind: http, api: ${api}, base_url: '${url}/v1', models: [m], billing: api, idle_timeout: 5s }`
      : `{ binary: ./bot, args: [], prompt: stdin, models: [m], billing: api, ${tool} }`;
  return `version: 1
default_agent: a
agents: { a: { preferred_tool: first, preferred_model: m, max_tokens: 50, fallback_chain: [second:n] } }
tools:
  first: ${first}
  second: { kind: http, api: openai-chat, base_url: '${url}/v1', models: [n], billing: free }
models:
  m: { provider: x, id: m, cost_per_1m_tokens: { input: 1, output: 10 } }
  n: { provider: y, id: n }
policies: { default: { retry: { max_retries: 0, per_failure: { rate_limit: { max_retries: 0 } } }${budget} } }
`;
}

/** Folders of its own for each caller: a limit of one must not cool the tool of the other. */
function homes(root: string, name: string): Record<string, string> {
  const home = path.join(root, name);
  mkdirSync(home, { recursive: true });
  const { PATH = '' } = process.env;
  return { PATH, HOME: home, XDG_STATE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, TMPDIR: root };
}
