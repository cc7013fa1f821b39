import { describe, expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { pair } from './configs.js';

describe('a first tool that fails while running', () => {
  it(
    'hangs: it is ended at its timeout, and the next one answers',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', pair({ first: 'output: { format: text }\n    timeout: 1500ms' }));
      const first = rig.fake('first-cli');
      rig.script('second-cli', [{ stdout: 'fine' }]);
      const done = rig.run(['exec', '--json', 'hi']);
      const call = await first.nextCall();
      await call.gone;
      expect((await done).json().attempts).toMatchObject([
        { tool: 'first', failure: { type: 'timeout', phase: 'attempt' } },
        { tool: 'second', status: 'succeeded' },
      ]);
    }),
  );
});
