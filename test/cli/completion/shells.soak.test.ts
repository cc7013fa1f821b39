import { describe, expect, it } from '@jest/globals';
import { TEAM } from '../../e2e/configs.js';
import { rigged } from '../../rig/rig.js';
import { isInstalled, offersOfBash, offersOfFish, offersOfZsh } from './shells.js';

/** The start of a line, and the word that completes it. */
const UNIQUE = [
  { line: 'comp', whole: 'completion' },
  { line: 'exec -a arch', whole: 'architect' },
  { line: 'exec --agent=arch', whole: '--agent=architect' },
  { line: 'exec --config "other file.yaml" --agent only', whole: 'only-there' },
  { line: 'exec --tier prem', whole: 'premium' },
  { line: 'exec -f notes', whole: 'notes.md' },
  { line: 'trace show la', whole: 'last' },
  { line: 'race --candidates claude-code,cursor:', whole: 'claude-code,cursor:gpt-5' },
  { line: 'exec --model=zz', whole: '--model=zzz:model' },
];

const FILES = {
  'llm-router.yaml': TEAM.replace(
    'models:\n  gpt-5:',
    'models:\n  "zzz:model": { provider: openai, id: x }\n  gpt-5:',
  ),
  'other file.yaml': TEAM.replaceAll('architect', 'only-there'),
  'notes.md': '',
};

describe.each([
  { shell: 'bash', offers: offersOfBash },
  { shell: 'zsh', offers: offersOfZsh },
  { shell: 'fish', offers: offersOfFish },
])('completion in $shell', ({ shell, offers }) => {
  if (!isInstalled(shell)) {
    it.skip(`SKIPPED: ${shell} is not installed`, () => undefined);
    return;
  }

  it.each(UNIQUE)('completes `$line`', async ({ line, whole }) => {
    await rigged(async (rig) => {
      for (const [file, text] of Object.entries(FILES)) rig.write(file, text);
      const found = await offers(rig, `llm-router ${line}`);
      expect(found.map((text) => wholeWord(text, line, whole))).toEqual([whole]);
    })();
  });
});

/** Zsh shows the line, and bash inserts what follows the last `=` or `:`. */
function wholeWord(offer: string, line: string, whole: string): string {
  const shown = offer.trim();
  if (shown.startsWith('llm-router ')) return shown.slice(shown.lastIndexOf(' ') + 1);
  const typed = line.slice(line.lastIndexOf(' ') + 1);
  const kept = /^.*[=:]/.exec(typed)?.[0] ?? '';
  return whole === `${kept}${shown}` ? whole : shown;
}
