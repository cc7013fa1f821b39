import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ATTRIBUTES, METRICS } from '../../src/telemetry/otlp/names.js';
import { ROOT } from '../architecture/imports.js';
import { rigged } from '../rig/rig.js';
import { readPage } from './screens.js';

const PAGE = readPage('docs/telemetry.md');
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] ?? '');

/** Starts the example; resolves once it listens. */
async function startExample(): Promise<{ url: string; printed: () => string; end: () => void }> {
  const child = spawn(process.execPath, [path.join(ROOT, 'examples/otlp-collector.mjs'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const url = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      const found = /listening on (\S+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { url, printed: () => text, end: () => child.kill() };
}

describe('the page on telemetry', () => {
  it(
    'shows what its example prints',
    rigged(async (rig) => {
      const example = await startExample();
      const config = blocks('yaml')[1] ?? '';
      rig.write(
        'llm-router.yaml',
        config.replace('http://localhost:4318', example.url).replace('200ms', '1ms'),
      );
      const run = await rig.run(['exec', '--no-stdin', 'Review this change']);
      expect(run).toMatchObject({ code: 0, stdout: 'Looks good.\n' });
      example.end();
      const [, ...printed] = example.printed().split('\n');
      const untimed = (text: string): string => text.replace(/\d+ ms/g, 'N ms').trimEnd();
      expect(untimed(printed.join('\n'))).toBe(untimed(blocks('text')[0] ?? ''));
    }),
  );

  it('and its reference name what the code sends', () => {
    const reference = readPage('docs/reference/telemetry.md');
    for (const name of [...Object.keys(ATTRIBUTES), ...Object.values(METRICS).map((metric) => metric.name)])
      expect(reference).toContain(`| \`${name}\` |`);
  });
});
