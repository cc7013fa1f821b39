import { expect } from '@jest/globals';
import { EVENTS } from '../../scripts/events-page.js';
import { claudeSays, TEAM } from '../e2e/configs.js';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';

const HEAD = ['type', 'ts', 'id', 'attempt'];

itInSoak(
  'the reference of the events names the fields that a run writes',
  rigged(async (rig) => {
    rig.write(
      'llm-router.yaml',
      `${TEAM}policies: { default: { retry: { max_retries: 1, base_delay: 1ms } } }\n`,
    );
    rig.script('claude', [{ exit: 1 }, { stdout: claudeSays('ok') }]);
    const { stdout } = await rig.run([
      'exec',
      '--format',
      'ndjson',
      '--tool',
      'claude-code',
      '-m',
      'sonnet',
      'hi',
    ]);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: keyof typeof EVENTS });
    const types = new Set(events.map(({ type }) => type));
    expect([...types]).toEqual(expect.arrayContaining(['plan', 'attempt.started', 'invocation.finished']));
    for (const event of events) {
      const own = Object.keys(event).filter((name) => !HEAD.includes(name));
      expect([event.type, own]).toEqual([event.type, Object.keys(EVENTS[event.type].fields)]);
    }
  }),
);
