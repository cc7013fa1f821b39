import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/imports.js';
import { type Rig, rigged } from '../rig/rig.js';
import { GUIDE_PAGES, installProgram, pageSteps, preparePrograms } from './guide.js';
import { abridged, normalised, readPage, screenOf } from './screens.js';

/** Writes what the commands print into the pages instead of comparing: `LLM_ROUTER_WRITE_PAGES=1 npm run test:soak -- test/docs/guide`. */
const WRITES = process.env.LLM_ROUTER_WRITE_PAGES === '1';

describe.each(GUIDE_PAGES)('%s', (page) => {
  it(
    'shows what its commands print',
    rigged(
      async (rig) => {
        const places = { [rig.bin]: '/usr/bin', [rig.project]: '~/work', [rig.home]: '~' };
        preparePrograms(rig);
        let written = { text: readPage(page), from: 0 };
        expect(pageSteps(readPage(page)).length).toBeGreaterThan(2);
        for (const step of pageSteps(readPage(page))) {
          if (step.kind === 'file') rig.write(step.file, step.text);
          else if (step.kind === 'answer') await prepare(rig, step);
          else {
            const screen = await screenOf(rig, step.command);
            if (WRITES)
              written = withScreen(
                written,
                step,
                screen.map((line) => placed(line, places)),
              );
            else expectScreen(step, screen, places);
          }
        }
        if (WRITES) writeFileSync(path.join(ROOT, page), written.text);
      },
      { deadlineMs: 60_000 },
    ),
    70_000,
  );
});

/** `cooldowns: clear`, or how a program answers from here on. */
async function prepare(rig: Rig, { program, answer }: { program: string; answer: string }): Promise<void> {
  if (program !== 'cooldowns') installProgram(rig, program, answer);
  else expect((await rig.spawn(['doctor', '--clear-cooldowns', '--json'])).stderr).toContain('cleared');
}

function expectScreen(
  { command, shown }: { command: string; shown: string[] },
  screen: readonly string[],
  places: Readonly<Record<string, string>>,
): void {
  const wanted = normalised(shown.length === 0 ? [''] : shown, {});
  expect([command, ...abridged(normalised(screen, places), wanted)]).toEqual([command, ...wanted]);
}

/** The page with the real output of a command behind `from`; output that the page shortens by `…` stays as it is. */
function withScreen(
  page: { text: string; from: number },
  { command, shown }: { command: string; shown: string[] },
  screen: readonly string[],
): { text: string; from: number } {
  const head = `$ ${command}`;
  const at = page.text.indexOf(head, page.from);
  const old = [head, ...shown].join('\n');
  const lines = screen.length === 1 && screen[0] === '' ? [] : screen;
  const fresh = shown.includes('…') ? old : [head, ...lines].join('\n');
  return {
    text: page.text.slice(0, at) + fresh + page.text.slice(at + old.length),
    from: at + fresh.length,
  };
}

function placed(line: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((text, [real, shown]) => text.replaceAll(real, shown), line);
}
