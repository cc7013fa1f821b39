import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toolPage } from '../../scripts/tool-pages/page.js';
import { toolPages } from '../../scripts/tool-pages.js';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { entriesOf } from '../../src/config/tree.js';
import { ROOT } from '../architecture/imports.js';
import { readPage } from './screens.js';

const BUILT_IN = builtInLayer().value;
const NAMES = entriesOf(BUILT_IN.tools).map(([name]) => name);
/** Pages in docs/tools that are written by hand or by another script. */
const BY_HAND = [
  'gateway.md',
  'more-tools.md',
  'add-your-own.md',
  'provider-apis.md',
  'verified.md',
  'verified-mcp.md',
  'verified-recovery.md',
];

describe('the pages of the built-in tools', () => {
  it('exist for exactly the built-in tools, and are up to date', async () => {
    const pages = await toolPages(ROOT, BUILT_IN);
    for (const [file, text] of pages) expect({ file, text }).toEqual({ file, text: readPage(file) });
    const wanted = pages.map(([file]) => path.basename(file)).concat(BY_HAND);
    expect(markdownIn('docs/tools').filter((file) => !wanted.includes(file))).toEqual([]);
  });

  it('each have a note of a few lines', () => {
    expect(markdownIn('docs/tools/notes')).toEqual(NAMES.map((name) => `${name}.md`).sort());
    for (const name of NAMES) {
      const lines = readPage(`docs/tools/notes/${name}.md`).trim().split('\n').length;
      expect({ name, fits: lines >= 5 && lines <= 15 }).toEqual({ name, fits: true });
    }
  });

  it('link only to existing files', () => {
    const pages = markdownIn('docs/tools').map((file) => `docs/tools/${file}`);
    const broken = ['README.md', ...pages].flatMap((page) =>
      [...readPage(page).matchAll(/\]\(([^)#:]+)\)/g)]
        .map(([, link = '']) => path.join(path.dirname(page), link))
        .filter((target) => !existsSync(path.join(ROOT, target)))
        .filter((target) => target !== 'docs/tools/verified.md')
        .map((target) => `${page} > ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

const YAML = `# Bot. "measured" below: version 1.2.3 of it; "docs": from its documentation only.
tools:
  bot:
    binary: bot
    # Measured: it needs this.
    args:
      - --quiet
      # Docs. Open: its effect is unknown.
      - -x
      - odd
      # An ordinary remark.
      - -y
    # Slow, measured. Docs: it can be slower.
    timeout: 1m
`;

describe('a page', () => {
  const page = (tool: Record<string, unknown>) =>
    toolPage({ name: 'bot', tool: { binary: 'bot', ...tool }, models: {}, yaml: YAML, note: 'Careful.\n' });

  it('shows the command with its optional groups, and how each part of a request is passed', () => {
    const text = page({
      args: ['go', ['--model', '{model}'], '--say', '{system}', '{access_args}'],
      env_template: { BOT_BUDGET: '{max_cost_usd}' },
    });
    expect(text).toContain('bot go [--model {model}] --say {system} {access_args} < prompt');
    expect(text).toContain(
      '| system prompt | `--say {system}`; an argument, which other users of the machine can read |',
    );
    expect(text).toContain('| cost cap | `env_template.BOT_BUDGET` |');
    expect(text).toContain('| session to resume | not possible: `--resume` rejects the tool |');
  });

  it('shows a command template like a list of arguments', () => {
    const text = page({ command_template: '{binary} run "two words" {prompt_file}' });
    expect(text).toContain("bot run 'two words' {prompt_file}\n");
    expect(text).toContain('| prompt | in a file: your own, or a private temporary one |');
  });

  it('shows access levels that are not offered, and failure rules with their conditions', () => {
    const text = page({
      access_args: { read: ['--look', ''] },
      failures: [
        { type: 'quota', when: { exit_code: [3, 4], error: 'a|b' }, reset_at: '(?<time>x)', hint: 'wait' },
      ],
    });
    expect(text).toContain("| `read` | `--look ''` |\n| `edit` | not offered |");
    expect(text).toContain(
      '| `quota` | exit code `3` or `4` and the error message matches `a\\|b` | `reset_at` `(?<time>x)` | wait |',
    );
  });

  it('lists unknown facts instead of omitting them', () => {
    const text = page({ output: { format: 'json', colour: { pointer: '/x', shade: 2 } }, wheels: [4] });
    expect(text).toContain('| `colour` | `/x` `shade: 2` |');
    expect(text).toContain(
      '## Other settings\n\n| key | value | meaning |\n|---|---|---|\n| `wheels` | `4` |  |',
    );
    expect(page({})).not.toContain('Other settings');
  });

  it('groups the comments of the definition by their evidence', () => {
    const ground = page({}).split('## Evidence\n')[1];
    expect(ground).toBe(
      [
        '',
        '### Measured with the real program',
        '',
        '- `args`: It needs this.',
        '- `timeout`: Slow, measured.',
        '',
        '### From documentation only',
        '',
        '- `args: -x odd`',
        '- `timeout`: It can be slower.',
        '',
        '### Open',
        '',
        '- `args: -x odd`: Its effect is unknown.',
        '',
      ].join('\n'),
    );
  });
});

function markdownIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder)).filter((file) => file.endsWith('.md'));
}
