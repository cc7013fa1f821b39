import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { claudeSays, TEAM } from './configs.js';

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
