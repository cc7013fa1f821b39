import { describe, expect, it } from '@jest/globals';
import { solo } from '../e2e/configs.js';
import { family, held, install } from '../e2e/family-cap.js';
import { rigged } from '../rig/rig.js';
import { BOTH, withClient } from './clients.js';

/** A message of the protocol, as a line. */
const line = (message: object): string => JSON.stringify({ jsonrpc: '2.0', ...message });
const START = [
  line({
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'by-hand', version: '1' },
    },
  }),
  line({ method: 'notifications/initialized' }),
];
const ask = (id: number, args: object): string =>
  line({ id, method: 'tools/call', params: { name: 'ask', arguments: args } });

/** A shell that talks to a server one message after the other, each when the one before is answered; the answers are in the file `out`. */
function talk(messages: readonly string[]): string {
  const say = (message: string, index: number) =>
    `echo '${message}' >&3; until /bin/grep -q '"id":${index + 1}[,}]' out; do /bin/sleep 0.02; done`;
  const [first = '', second = '', ...calls] = messages;
  return [
    '/usr/bin/mkfifo in; llm-router --config llm-router.yaml mcp < in > out & exec 3> in',
    say(first, 0),
    `echo '${second}' >&3`,
    ...calls.map((call, index) => say(call, index + 1)),
    'exec 3>&-; wait',
  ].join('\n');
}

describe('the server', () => {
  it(
    'ends by itself once its input has ended, also while a call waits, and the run goes on',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const server = rig.start(['mcp'], { openStdin: true });
      server.writeStdin(`${[...START, ask(2, { prompt: 'hi' })].join('\n')}\n`);
      const run = await bot.nextCall();
      server.endStdin();
      expect(await server.done).toMatchObject({ code: 0, signal: null, stderr: '' });
      run.stdout('done');
      run.exit(0);
      expect((await rig.run(['jobs', 'wait', 'last'])).json()).toMatchObject({ text: 'done' });
    }),
  );

  it(
    'in the run of another agent draws from the cap of that run: what would pass it is refused with 79, and the outer run goes on',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', family());
      const asks = [2, 3, 4].map((id) => ask(id, { prompt: 'hi', agent: 'inner', max_cost_usd: 0.1 }));
      install(rig, { caller: `${talk([...START, ...asks])} >&2\necho '{"text":"done","cost":0.02}'` });
      const outer = await rig.run(['exec', '--json', '--no-stdin', '--max-cost', '0.25', 'go']);
      expect(outer).toMatchObject({ code: 0 });
      const answers = rig
        .read('out')
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text));
      const results = answers.slice(1).map(({ result }) => result);
      expect(results).toMatchObject([
        { structuredContent: { status: 'succeeded', answer: 'inside', cost_usd: 0.1 } },
        { structuredContent: { status: 'succeeded', answer: 'inside', cost_usd: 0.1 } },
        { isError: true, structuredContent: { failure: { type: 'budget_exceeded' } } },
      ]);
      expect(results[2].structuredContent.failure.message).toContain(
        '$0.20 of the $0.25 for the outer call with all of its nested calls is used',
      );
      expect(outer.json().nested).toEqual({ calls: 3, refused: 1, spent_usd: 0.2, cap_usd: 0.25 });
      const runs = JSON.parse((await rig.run(['jobs', '--json'])).stdout);
      expect(runs.map(({ exit_code }: { exit_code: number }) => exit_code)).toEqual([79, 0, 0]);
      expect(await held(rig)).toBe(0);
    }),
  );
});

describe.each(BOTH)('a client of the generation `%s`', (generation) => {
  it(
    'hears how many errors a config has and where, until they are mended',
    rigged(async (rig) => {
      rig.write(
        'llm-router.yaml',
        solo('[go]').replace('preferred_tool', 'prefered_tool').replace('args', 'arg'),
      );
      await withClient(rig, { generation }, async ({ call }) => {
        for (const [tool, args] of [
          ['agents'],
          ['ask', { prompt: 'x' }],
          ['plan', { prompt: 'x' }],
          ['usage'],
        ] as const) {
          const { isError, data, text } = await call(tool, args);
          expect({ tool, isError, failure: data.failure }).toMatchObject({
            tool,
            isError: true,
            failure: { type: 'config', message: 'the configuration has 2 errors' },
          });
          expect(text).toContain('prefered_tool');
        }
        rig.write('llm-router.yaml', solo('[go]'));
        expect(await call('agents')).toMatchObject({ isError: false });
      });
    }),
  );
});
