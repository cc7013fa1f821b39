import type { Message } from '../../domain/request.js';
import type { HttpTask } from './wire.js';

/** The turns to send; without a conversation the prompt alone. */
export function turnsOf(task: HttpTask): readonly Message[] {
  return task.turns.length > 0 ? task.turns : [{ role: 'user', text: task.prompt }];
}

/** The system text, with the schema of the answer if the provider may not enforce it. */
export function systemTexts(task: HttpTask, say: { schema: boolean }): string[] {
  const order = say.schema
    ? `Answer with nothing but JSON that satisfies this JSON Schema:\n${task.schema}`
    : null;
  return [task.system, order].filter((text) => text !== null);
}
