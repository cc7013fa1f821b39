import type { EventSink } from '../domain/events.js';
import { reasonOf } from '../files.js';

/** Several sinks as one, and what went wrong in them. */
export interface FanOut {
  emit: EventSink;
  /** How often a sink threw, and what it said the first time. */
  failures(): { count: number; first: string | null };
}

/** Sends every event to every sink, in order, and waits for each. A sink that throws is counted and stops no other. */
export function fanOut(sinks: readonly (EventSink | null)[]): FanOut {
  const present = sinks.filter((sink) => sink !== null);
  const failed = { count: 0, first: null as string | null };
  const failures = () => failed;
  if (present.length === 0) return { emit: () => undefined, failures };
  const emit: EventSink = async (event) => {
    for (const sink of present) {
      try {
        const done = sink(event);
        if (done !== undefined) await done;
      } catch (error) {
        failed.count++;
        failed.first ??= reasonOf(error);
      }
    }
  };
  return { emit, failures };
}
