import type { OutputEvent } from './events.js';

/** Pieces of an answer that one read of a pipe brings as a rule, at most: a model writes some hundred words a second. */
const MOST_PIECES = 32;

/** The events of one read. More pieces of an answer than a model writes at once, as a replay has them, become one between other events. */
export function withoutBursts(events: readonly OutputEvent[]): readonly OutputEvent[] {
  if (events.length <= MOST_PIECES) return events;
  const joint: OutputEvent[] = [];
  let texts: string[] = [];
  const close = (): void => {
    if (texts.length > 0) joint.push({ type: 'delta', text: texts.join('') });
    texts = [];
  };
  for (const event of events) {
    if (event.type === 'delta') texts.push(event.text);
    else {
      close();
      joint.push(event);
    }
  }
  close();
  return joint;
}
