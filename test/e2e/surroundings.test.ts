import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { solo } from './configs.js';
import { costing, paid } from './money.js';

describe('stdin beside a prompt argument', () => {
  it(
    'is read when it is a file from its beginning',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      rig.write('names', 'one\n');
      const bot = rig.script('bot-cli', [{ stdout: '1' }]);
      expect((await rig.shell('llm-router exec greet < names')).stderr).toBe('');
      expect(bot.calls[0]?.stdin).toBe('one\n\ngreet');
    }),
  );
});

it(
  'an endless stdin and an endless file are refused, and end nothing else',
  rigged(async (rig) => {
    const endless = await rig.shell(
      'i=0; while [ $i -lt 20 ]; do /usr/bin/head -c 1048576 /dev/zero; i=$((i+1)); done | llm-router exec --tool mock hi',
    );
    expect([endless.code, endless.stdout]).toEqual([66, '']);
    expect(endless.stderr).toContain('cannot read stdin: it is larger than');
    const { code, stderr } = await rig.run(['exec', '--tool', 'mock', '--no-stdin', '-f', '/dev/zero']);
    expect(code).toBe(66);
    expect(stderr).toContain('cannot read `/dev/zero` (--prompt-file): it is larger than');
  }),
);

it(
  'a folder of traces that cannot be read is an input error',
  rigged(async (rig) => {
    const loop = path.join(rig.home, 'loop');
    symlinkSync(loop, loop);
    for (const args of [
      ['trace'],
      ['trace', 'show', 'last'],
      ['exec', '--tool', 'mock', '--resume', 'last', 'hi'],
    ]) {
      const { code, stderr } = await rig.run(args, { env: { LLM_ROUTER_TRACE_DIR: loop } });
      expect(code).toBe(66);
      expect(stderr).toMatch(
        /^error: cannot read the traces in `.*loop`: .* \[input\]\nhint: check who owns/,
      );
    }
  }),
);

it(
  'a `.llm-router` that cannot be read, alone, leaves the config of the user in force, with a warning',
  rigged(async (rig) => {
    const loop = path.join(rig.project, '.llm-router');
    symlinkSync(loop, loop);
    rig.write('../config/llm-router/llm-router.yaml', solo('[go]'));
    rig.script('bot-cli', [{ stdout: 'fine' }]);
    const { code, stdout, stderr } = await rig.run(['exec', 'hi']);
    expect([code, stdout]).toEqual([0, 'fine\n']);
    expect(stderr).toBe(
      'warning: `.llm-router` cannot be read: too many symbolic links (a config in it would not apply: see who owns it, and its permissions)\n',
    );
    const found = await rig.run(['config', 'validate', '--format', 'json']);
    expect(found.code).toBe(0);
    expect(JSON.parse(found.stdout)).toMatchObject({
      diagnostics: [{ code: 'config/unreadable', severity: 'warning' }],
    });
    expect((await rig.run(['config', 'validate', '--strict'])).code).toBe(1);
  }),
);

it(
  '`init` writes the config where the folder of the user cannot be made, and does not hang',
  rigged(async (rig) => {
    const env = { XDG_CONFIG_HOME: '/proc/1/none' };
    expect((await rig.run(['init'], { env })).code).toBe(0);
    expect(rig.read('llm-router.yaml')).toMatch(/^# An annotated example/);
  }),
);

it(
  'a soft limit is in `warnings` of the document, and said once',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', paid('{ daily_usd: 10 }', { agent: 'max_cost_usd: 9' }));
    rig.script('bot-cli', [{ stdout: costing(8.1) }, { stdout: costing(0.1) }]);
    await rig.run(['exec', 'hi']);
    const second = await rig.run(['exec', '--json', '--max-cost', '0.5', 'hi']);
    const message = 'Daily spending at 81% of limit ($8.10 / $10.00)';
    expect(second.json().warnings).toContain(message);
    expect(second.stderr.split(message).length).toBe(2);
  }),
);
