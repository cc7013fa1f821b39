import { describe, expect, it } from '@jest/globals';
import { at } from '../../src/config/tree.js';
import { loadConfigText } from '../../src/config-files/load.js';
import { viewConfig } from '../../src/config-files/show.js';
import { parseDuration } from '../../src/domain/duration.js';
import { createRedactor } from '../../src/redact/redact.js';

const CONFIG = `version: 1
tools:
  api: { kind: http, api: openai-chat, base_url: https://models.example.com/v1, models: [m] }
  bot: { binary: bot, args: [] }
  batch: { binary: bot, args: [], output: { at_exit: true } }
  canned: { kind: mock, responses: [{ text: hi }] }
models: { m: {} }
`;

describe('the config as it is shown', () => {
  it.each([
    ['api', '60s', '60s'],
    ['bot', '15m', '5m'],
    ['batch', '15m', null],
    ['canned', '15m', null],
  ])('has the effective time limits of tool `%s`', (tool, timeout, idleTimeout) => {
    const loaded = loadConfigText({ file: 'x.yaml', text: CONFIG }, { cwd: '/p', home: '/home/me' });
    const view = viewConfig(loaded, { env: {}, dotted: `tools.${tool}`, redactor: createRedactor() });
    const shown = ['timeout', 'idle_timeout'].map((key) => at(view?.value, [key]) ?? null);
    expect(shown).toEqual([timeout, idleTimeout]);
    const resolved = loaded.config?.tools[tool];
    expect(resolved?.timeoutMs).toBe(msOf(timeout));
    if (resolved?.kind !== 'mock' && resolved?.kind !== 'custom')
      expect(resolved?.idleTimeoutMs).toBe(msOf(idleTimeout));
  });
});

function msOf(duration: string | null): number | null {
  const parsed = duration === null ? null : parseDuration(duration);
  return parsed?.ok === true ? parsed.value : null;
}
