import { type JsonSchema, object, text } from '../shapes/schema.js';

/** A trace id is any text up to this long. */
export const MAX_TRACE_ID = 128;

/** What a calling agent says of itself and of the conversation. */
export const A2A_CONTEXT: JsonSchema = object(
  {
    trace_id: text('The trace that the run belongs to', MAX_TRACE_ID),
    source_agent: text('The agent that asks'),
    target_agent: text('The agent that is asked; for correlation only'),
    session_id: text('The session of the caller'),
    conversation_id: text('The conversation that the request is part of'),
    timestamp: text('When the caller sent it'),
  },
  {
    description:
      'Who asks, and in which conversation. It goes to the trace, the ledger, the log and the headers of provider requests, and comes back in the result',
  },
);
