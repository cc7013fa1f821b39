import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { claudeSays, solo, TEAM } from './configs.js';

it(
  'a pipe that stays silent gets a notice after three seconds, with the way out',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', TEAM);
    rig.script('claude', [{ expect: { stdin: 'late' }, stdout: claudeSays('ok') }]);
    const running = rig.start(['exec'], { openStdin: true });
    await running.waitFor('--no-stdin');
    running.writeStdin('late');
    running.endStdin();
    expect(await running.done).toMatchObject({ code: 0, stdout: 'ok\n' });
  }),
);

it(
  'a pipe that stays silent beside a prompt argument is left unread after three seconds',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', solo('[go]'));
    const bot = rig.script('bot-cli', [{ stdout: 'fine' }]);
    const { code, stdout, stderr } = await rig.run(['exec', 'hi'], { openStdin: true });
    expect([code, stdout]).toEqual([0, 'fine\n']);
    expect(stderr).toBe(
      'stdin is left unread: it gave nothing for 3 s (give `--no-stdin` if nothing should be read)\n',
    );
    expect(bot.calls[0]?.stdin).toBe('hi');
  }),
);
