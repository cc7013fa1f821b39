import { describe, expect } from '@jest/globals';
import { widthOf } from '../../src/diagnostics/width.js';
import { rigged } from '../rig/rig.js';
import { onTerminal, SLOW, typed } from './real-terminal.js';

describe('on a terminal', () => {
  onTerminal(
    'shows the running tool, then the text as it comes',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', SLOW);
      const { stdout, code } = await rig.shell(
        typed('/usr/bin/stty cols 80 rows 24; llm-router exec --no-stdin hi'),
        { env: { TERM: 'xterm', CI: undefined } },
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/slow {2}\d+ ms|slow {2}\d+\.\d s/);
      expect(stdout.replaceAll('\r', '')).toMatch(/one two\n\S*slow, \d+\.\d s, \$0\.00\S*\n$/);
    }),
  );

  onTerminal(
    'colours errors, unless NO_COLOR is set',
    rigged(async (rig) => {
      const line = typed('llm-router exec --no-stdin -a missing hi');
      const painted = await rig.shell(`${line} || true`, { env: { TERM: 'xterm', CI: undefined } });
      expect(painted.stdout).toContain('\u001b[31m');
      const plain = await rig.shell(`${line} || true`, {
        env: { TERM: 'xterm', NO_COLOR: '1', CI: undefined },
      });
      expect(plain.stdout).not.toContain('\u001b[');
      expect(plain.stdout).toContain('error: unknown agent `missing`');
    }),
  );

  onTerminal(
    'cuts a table to its width, and says what its signs mean',
    rigged(async (rig) => {
      await rig.run(['exec', '--tool', 'mock', 'hi']);
      const { stdout } = await rig.shell(typed('/usr/bin/stty cols 60; llm-router trace'), {
        env: { TERM: 'xterm' },
      });
      const lines = stdout.replaceAll('\r', '').trimEnd().split('\n');
      expect(lines.length).toBe(3);
      expect(lines.every((line) => widthOf(line) <= 60)).toBe(true);
      expect(lines.at(-1)).toContain('- none');
    }),
  );
});
