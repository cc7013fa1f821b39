import { type Check, type Misfit, misfitIn } from '../shapes/misfit.js';
import type { JsonSchema } from '../shapes/schema.js';
import { CHAT_BODY } from './openai/params.js';
import { chat, none, run, tool } from './request-checks.generated.js';
import { NO_PARAMS, RUN_PARAMS, TOOL_PARAMS } from './rpc/params.js';

/** What callers send, by the generated checks. */
export type Shape = 'run' | 'tool' | 'none' | 'chat';

const CHECKS = { run, tool, none, chat } as unknown as Readonly<Record<Shape, Check>>;

export const SHAPES: Readonly<Record<Shape, JsonSchema>> = {
  run: RUN_PARAMS,
  tool: TOOL_PARAMS,
  none: NO_PARAMS,
  chat: CHAT_BODY,
};

/** The first thing that is wrong with a value, and where; `null`: nothing is. */
export function shapeTrouble(shape: Shape, value: unknown): Misfit | null {
  return misfitIn(value, CHECKS[shape], SHAPES[shape]);
}
