import { describe, expect, it } from '@jest/globals';
import { plain } from '../rig/provider.js';
import { type Rig, rigged } from '../rig/rig.js';
import { answer, gatewayConfig, installCaller, message, runCaller, scriptOf, setUp } from './caller.js';

interface Planned {
  plan: { candidates: { argv: string[] | null; gateway: { used: boolean; why: string } | null }[] };
}

async function dryRun(
  rig: Rig,
  args: readonly string[] = [],
): Promise<Planned['plan']['candidates'][0] | undefined> {
  const { stdout } = await rig.run(['exec', '--dry-run', '--json', '--no-stdin', ...args, 'hi']);
  return (JSON.parse(stdout) as Planned).plan.candidates[0];
}

describe('whether calls pass through the router', () => {
  it(
    'is no for a subscription, and yes for a tool that retries by itself; a plan shows its arguments, and doctor says so',
    rigged(async (rig) => {
      installCaller(rig);
      const config = gatewayConfig('https://provider.invalid').replace(/ gateway: \{ api.*\n/, (line) =>
        line.replace(' }\n', ", args: ['--url', '{gateway_url}/v1'] }\n"),
      );
      rig.write('llm-router.yaml', config.replace('billing: api', 'billing: api\n    own_retries: true'));
      const used = await dryRun(rig);
      expect(used?.gateway).toEqual({ used: true, why: 'the tool retries by itself' });
      expect(used?.argv?.slice(-2)).toEqual(['--url', '{gateway_url}/v1']);
      expect((await rig.run(['doctor'])).stdout).toContain('cost cap enforced, gateway on');
      rig.write('llm-router.yaml', config.replace('billing: api', 'billing: subscription'));
      expect((await dryRun(rig, ['--max-cost', '1']))?.gateway).toEqual({
        used: false,
        why: 'the login of a subscription may not work through it',
      });
      expect((await rig.run(['doctor'])).stdout).toContain(
        'gateway off: the login of a subscription may not work through it',
      );
    }),
  );
});

describe('a tool', () => {
  it(
    'that does not follow its gateway gives a warning, and its own figures count',
    rigged(async (rig) => {
      await setUp(rig, [], { agent: 'max_cost_usd: 1' });
      const { code, document } = await runCaller(rig, { steps: [], usage: { in: 10, out: 2, cost: 0.5 } });
      expect([code, document.cost?.usd, document.attempts[0]?.calls]).toEqual([0, 0.5, []]);
      expect(document.warnings).toEqual([
        'gateway unused: no call of `bot` came through it, so its cap is only checked; see `gateway` of its definition',
      ]);
    }),
  );

  it(
    'that reports another usage than its calls had gives a warning with both',
    rigged(async (rig) => {
      await setUp(rig, [answer(100, 10)], { policy: 'gateway: always' });
      const { document } = await runCaller(rig, {
        steps: [{ body: message() }],
        usage: { in: 90, out: 10, cost: 7 },
      });
      expect(document.warnings).toEqual([
        '`bot` reports 90 input and 10 output tokens, and its calls used 100 input and 10 output tokens, which counts',
      ]);
      expect(document.cost).toMatchObject({ usd: 0.0013, basis: 'computed' });
    }),
  );

  it(
    'whose provider fails has the failure of the provider, and the next candidate runs',
    rigged(async (rig) => {
      const error = { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } };
      const limited = plain(429, error, { 'retry-after': '600' });
      await setUp(rig, [limited], {
        agent: 'fallback_chain: [mock]',
        policy: 'gateway: always',
        rest: 'x-none: 1',
      });
      const { code, document } = await runCaller(rig, { steps: [{ body: message(), retries: 9 }], exit: 1 });
      expect([code, document.attempts.map(({ tool }) => tool)]).toEqual([0, ['bot', 'mock']]);
      const [attempt] = document.attempts;
      expect(attempt?.failure).toMatchObject({
        type: 'rate_limit',
        http_status: 429,
        retry_after_ms: 600_000,
        exit_code: 1,
      });
      expect(attempt?.calls.map(({ status }) => status)).toEqual([429, ...Array(9).fill(403)]);
    }),
  );

  it(
    'that gets over a failure answers, with the failure among its calls',
    rigged(async (rig) => {
      await setUp(rig, [plain(529, { error: { message: 'busy' } }), answer(1, 1)], {
        policy: 'gateway: always',
      });
      const { code, document } = await runCaller(rig, { steps: [{ body: message(), retries: 3 }] });
      expect([code, document.attempts.length]).toEqual([0, 1]);
      expect(document.attempts[0]?.calls.map(({ status, failure }) => [status, failure?.type])).toEqual([
        [529, 'overloaded'],
        [200, undefined],
      ]);
    }),
  );

  it(
    'sees its gateway although a proxy is set, and nothing of it or of its key is recorded',
    rigged(async (rig) => {
      await setUp(rig, [answer(1, 1)], { policy: 'gateway: always', tool: 'api_key_env: BOT_KEY' });
      const env = { http_proxy: 'http://127.0.0.1:9', BOT_KEY: 'sk-secret-of-the-bot-1234567890' };
      const stdin = scriptOf({ steps: [{ body: message() }] });
      const { code, stdout, stderr } = await rig.run(['exec', '--json'], { stdin, env });
      const said = `${stdout}${stderr}${JSON.stringify(rig.traces())}`;
      expect([code, said.includes(env.BOT_KEY), /127\.0\.0\.1:\d+\/\w/.test(said)]).toEqual([
        0,
        false,
        false,
      ]);
    }),
  );

  it(
    'is not started where its calls would pass by the proxy, or where the password of its URL encodes no text',
    rigged(async (rig) => {
      installCaller(rig);
      const tool = gatewayConfig(`http://me:\${PW}@provider.invalid`).replace(
        'gateway: auto',
        'gateway: always',
      );
      rig.write('llm-router.yaml', tool.replace('billing: api', 'billing: api\n    own_retries: true'));
      const run = (env: Record<string, string>) => rig.run(['exec', '--no-stdin', 'hi'], { env });
      expect(await run({ PW: 'dummy-100%', ALL_PROXY: 'socks5://127.0.0.1:9' })).toMatchObject({
        code: 69,
        stderr: expect.stringContaining('the proxy in `ALL_PROXY` is not supported (`socks5`)'),
      });
      expect(await run({ PW: '%ff' })).toMatchObject({
        code: 69,
        stderr: expect.stringContaining('is no URL that starts with'),
      });
    }),
  );
});
