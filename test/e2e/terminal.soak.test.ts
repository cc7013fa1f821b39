import { describe, expect } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { costing, paid } from './money.js';
import { onTerminal, SLOW, typed } from './real-terminal.js';

describe('on a terminal', () => {
  onTerminal(
    'shows no spinner where the terminal has no size, and still the text',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', SLOW.replace('1500ms', '200ms'));
      const line = typed('/usr/bin/stty cols 0 rows 0; llm-router exec --no-stdin hi');
      const { stdout } = await rig.shell(line, { env: { TERM: 'xterm', CI: undefined } });
      expect(stdout.replaceAll('\r', '')).toMatch(/^one two\n\S*slow, \d+ ms, \$0\.00\S*\n$/);
    }),
  );

  onTerminal(
    'asks at a soft limit, and ends with 79 when the answer is no, an empty line or Ctrl-D',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid('{ daily_usd: 10 }', { agent: 'max_cost_usd: 9' }));
      rig.script('bot-cli', [{ stdout: costing(8.1) }, { stdout: costing(0.1) }, { stdout: costing(0.1) }]);
      await rig.run(['exec', 'hi']);
      const ask = async (answer: string, flags = '') => {
        const line = `/usr/bin/script -qec "llm-router exec --no-stdin --max-cost 0.5 ${flags} hi" /dev/null`;
        return rig.shell(line, { env: { TERM: 'dumb', CI: undefined }, stdin: answer });
      };
      const no = await ask('\n');
      expect(no.code).toBe(79);
      expect(no.stdout.replaceAll('\r', '')).toContain(
        'warning: Daily spending at 81% of limit ($8.10 / $10.00)\nEstimated cost of this run: at most $0.50\nProceed? [y/N] ',
      );
      const endOfFile = await ask('');
      expect([endOfFile.code, endOfFile.stdout.includes('done')]).toEqual([79, false]);
      const yes = await ask('y\n');
      expect([yes.code, yes.stdout]).toEqual([0, expect.stringContaining('done')]);
      const unasked = await ask('', '-y');
      expect([unasked.code, unasked.stdout.includes('Proceed?')]).toEqual([0, false]);
    }),
  );
});
