import type { CustomTool } from '../config/types.js';
import { failedOutcome } from '../domain/attempt.js';
import { type Failure, failure } from '../domain/failure.js';
import { err } from '../domain/result.js';
import type { Adapter } from './adapter.js';

/** Tools that a program runs itself: wherever none has handed in an adapter for one, it cannot run. */
export const customAdapter: Adapter<CustomTool> = {
  kind: 'custom',
  availability: (tool) => {
    const { message, hint } = withoutAdapter(tool);
    return { available: false, reason: 'tool_not_found', detail: message, hint };
  },
  prepare: ({ tool }) => err(withoutAdapter(tool)),
  ignored: () => [],
  secrets: () => [],
  // biome-ignore lint/correctness/useYield: it fails before anything happens
  run: async function* ({ task }) {
    return failedOutcome(withoutAdapter(task.tool));
  },
};

function withoutAdapter({ name }: CustomTool): Failure {
  return failure(
    'tool_not_found',
    `\`${name}\` is run by a program that uses the library, and none runs it here`,
    {
      tool: name,
      hint: 'hand its adapter to `createRouter` as `adapters`',
    },
  );
}
