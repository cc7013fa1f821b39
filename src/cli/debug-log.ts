import type { Debug } from '../domain/debug.js';
import type { World } from '../world.js';
import { fieldText } from './log.js';
import type { Output } from './output.js';

/** Whether the environment asks for the debug log. */
export function wantsDebug({ LLM_ROUTER_DEBUG: value = '' }: World['env']): boolean {
  return value !== '' && value !== '0';
}

/** The debug log on stderr: the time since the process started, a topic, and fields that have a value. */
export function debugLog(output: Output, { clock }: World): Debug {
  return (topic, fields) => {
    const elapsedMs = Math.round(clock.monotonic() * 10) / 10;
    if (output.logFormat === 'json') {
      const ts = new Date(clock.now()).toISOString();
      const record = { ts, level: 'debug', event: 'debug', topic, elapsed_ms: elapsedMs, ...fields };
      void output.log(record);
      return;
    }
    const known = Object.entries(output.redactor().value(fields)).filter(([, value]) => !isEmpty(value));
    const texts = known.map(([name, value]) => `${name}=${fieldText(value)}`);
    void output.say(
      [`debug ${`+${elapsedMs.toFixed(1)} ms`.padStart(10)}`, topic.padEnd(9), ...texts].join('  '),
    );
  };
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
