import type { Task } from '../adapters/adapter.js';
import type { Capture, CaptureReading, ReadingOptions } from '../adapters/command/capture.js';
import type { CommandTool } from '../config/types.js';
import { type Failure, failure } from '../domain/failure.js';
import { emptyRequest } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import type { Router } from './router.js';

export type { Capture, CaptureReading } from '../adapters/command/capture.js';

/** Reads a saved output by a tool's definition; runs nothing. Any other name is a `usage` failure. */
export async function testTool(
  router: Router,
  { tool: name, capture, cwd, ...reading }: { tool: string; capture: Capture; cwd: string } & ReadingOptions,
): Promise<Result<CaptureReading, Failure>> {
  const planned = await router.plan({ ...emptyRequest(cwd), tool: name, prompt: 'capture' });
  if (!planned.ok) return planned;
  const { candidates, rejected } = planned.value;
  const all = [...candidates, ...rejected.flatMap(({ candidate }) => candidate ?? [])];
  const task = all.find(({ tool }) => tool.name === name)?.task ?? null;
  if (task === null || !isCommand(task))
    return err(failure('usage', `tool \`${name}\` is not of kind \`command\`, so it has no output to read`));
  const { readCapture } = await import('../adapters/command/capture.js');
  return ok(await readCapture(task, capture, reading));
}

function isCommand(task: Task): task is Task<CommandTool> {
  return task.tool.kind === 'command';
}
