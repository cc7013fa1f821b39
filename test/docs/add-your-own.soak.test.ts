import { chmodSync, existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import { abridged, filesOf, normalised, readPage, screenOf, stepsOf } from './screens.js';

const PAGE = readPage('docs/tools/add-your-own.md');
const CONFIG = ['--config', 'llm-router.yaml', '-a', 'editor'];

describe('the guide to a tool of your own', () => {
  it('shows a script, a definition and screens', () => {
    expect([...filesOf(PAGE).keys()]).toEqual(['wordsmith', 'llm-router.yaml']);
    expect(stepsOf(PAGE).length).toBeGreaterThanOrEqual(6);
  });

  it(
    'shows the real output',
    rigged(async (rig) => {
      writeFiles(rig);
      const places = { [rig.project]: '/home/me/words' };
      for (const { command, shown } of stepsOf(PAGE)) {
        const screen = normalised(await screenOf(rig, command), places);
        const wanted = normalised(shown, places);
        expect([command, ...abridged(screen, wanted)]).toEqual([command, ...wanted]);
      }
      expect(existsSync(path.join(rig.state, 'llm-router/cooldowns.json'))).toBe(false);
    }),
  );

  it(
    'reads tokens, cost and session, and streams the text',
    rigged(async (rig) => {
      writeFiles(rig);
      const { stdout } = await rig.run(['exec', ...CONFIG, '--format', 'ndjson', 'Hello there']);
      const events = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
      const deltas = events.filter(({ type }) => type === 'output.delta');
      expect(deltas.map(({ text }) => text)).toEqual(['Hello ', 'there ']);
      expect(events.at(-1)).toMatchObject({
        type: 'invocation.finished',
        invocation: {
          tool_session_id: 'ws-7',
          usage: { input_tokens: 2, output_tokens: 3 },
          cost: { usd: 0.016, basis: 'computed' },
        },
      });
    }),
  );

  it(
    'reports when the limit ends',
    rigged(async (rig) => {
      writeFiles(rig);
      const result = await rig.run(['exec', ...CONFIG, '--json', 'a b c d e f g h i']);
      const failure = result.json().failure as { type: string; reset_at?: string } | null;
      expect({ code: result.code, type: failure?.type }).toEqual({ code: 75, type: 'quota' });
      const paris = { timeZone: 'Europe/Paris', timeStyle: 'short', hourCycle: 'h23' } as const;
      const reset = new Date(failure?.reset_at ?? '');
      expect(new Intl.DateTimeFormat('en', paris).format(reset)).toBe('15:20');
    }),
  );
});

function writeFiles(rig: Rig): void {
  for (const [file, text] of filesOf(PAGE)) rig.write(file, text);
  chmodSync(`${rig.project}/wordsmith`, 0o755);
}
