import { symlinkSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';
import { blocksOf, filesOf, programInPath, readPage, screenOf, stepsOf } from './screens.js';

const PAGE = readPage('docs/serve.md');
const CURL = programInPath('curl');

if (CURL === undefined) process.stderr.write('SKIPPED: there is no curl for the examples of docs/serve.md\n');

(CURL === undefined ? it.skip : it)(
  'the page about `serve` shows what curl gets',
  rigged(async (rig) => {
    for (const [file, text] of filesOf(PAGE)) rig.write(file, text);
    symlinkSync(CURL ?? '', `${rig.bin}/curl`);
    const running = rig.start(['serve', '--port', '0']);
    await running.waitFor('listening on http://');
    const url = /listening on (\S+)/.exec(running.stderr())?.[1] ?? '';
    const steps = stepsOf(PAGE);
    expect(steps.length).toBeGreaterThanOrEqual(7);
    for (const { command, shown } of steps) {
      const screen = (await screenOf(rig, command.replaceAll('http://127.0.0.1:4141', url))).join('\n');
      expect([command, fits(screen, shown.join('\n'))]).toEqual([command, true]);
    }
    running.kill('SIGTERM');
    expect((await running.done).code).toBe(0);
  }),
);

it('the page about `serve` has the unit, the container file and both clients', () => {
  const languages = blocksOf(PAGE).map(({ language }) => language);
  expect(languages).toEqual(expect.arrayContaining(['ini', 'dockerfile', 'python', 'js', 'yaml']));
});

/** Whether a screen is what a page shows, where `…` stands for anything. */
function fits(screen: string, shown: string): boolean {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*?')}$`).test(screen.trim());
}
