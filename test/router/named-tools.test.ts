import { expect, it } from '@jest/globals';
import { namedTools, withNamedToolsOnly } from '../../src/router/named-tools.js';
import { configOf } from '../rig/config.js';

const namesIn = (text: string) => [...namedTools(configOf(text))].sort();
const keptIn = (text: string) => Object.keys(withNamedToolsOnly(configOf(text)).tools).sort();

it('names the tools of its own, those that it changes, and those that agents and tiers refer to', () => {
  expect(
    namesIn(`
agents:
  a: { preferred_tool: codex, fallback_chain: ['gemini:gemini-flash', haiku] }
  b: { preferred_tool: bot, task_types: { deep: 'opencode:opus' } }
tools:
  bot: { binary: bot, args: [], models: [m] }
  claude-code: { concurrency: 2 }
models: { m: { provider: acme } }
`),
  ).toEqual(['bot', 'claude-code', 'codex', 'gemini', 'opencode']);
});

it('keeps no other tool, whatever a request says', () => {
  expect(keptIn('agents: { a: { preferred_tool: claude-code, preferred_model: sonnet } }')).toEqual([
    'claude-code',
  ]);
});

it('keeps what offers a model that is named without a tool', () => {
  expect(keptIn('agents: { a: { preferred_tool: claude-code, fallback_chain: [gpt-5-mini] } }')).toEqual(
    expect.arrayContaining(['claude-code']),
  );
  expect(keptIn('agents: { a: { preferred_model: haiku } }')).toContain('claude-code');
  expect(keptIn('agents: { a: {} }').length).toBeGreaterThan(5);
});
