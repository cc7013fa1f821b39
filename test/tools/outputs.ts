import type { Recording } from './replay.js';

/** What each built-in tool prints around a good answer. */
export const ANSWERS: Readonly<Record<string, (answer: string) => Recording>> = {
  'claude-code': (answer) =>
    events(
      { type: 'assistant', message: { model: 'claude', content: [{ type: 'text', text: answer }] } },
      { type: 'result', is_error: false, num_turns: 1, stop_reason: 'end_turn', result: answer },
    ),
  codex: (answer) =>
    events(
      { type: 'thread.started', thread_id: 't' },
      { type: 'item.completed', item: { type: 'command_execution', aggregated_output: answer } },
      { type: 'item.completed', item: { type: 'agent_message', text: answer } },
      { type: 'turn.completed', usage: { input_tokens: 1, output_tokens: 1 } },
    ),
  gemini: (answer) => ({ stdout: JSON.stringify({ session_id: 's', response: answer }, null, 2) }),
  opencode: (answer) =>
    events(
      { type: 'step_start' },
      { type: 'text', part: { text: answer } },
      { type: 'step_finish', part: { reason: 'stop' } },
    ),
  'qwen-code': (answer) =>
    events(
      { type: 'assistant', message: { content: [{ type: 'text', text: answer }] } },
      { type: 'result', is_error: false, result: answer },
    ),
  copilot: (answer) =>
    events(
      { type: 'assistant.message', data: { content: answer, model: 'm' } },
      { type: 'result', exitCode: 0, sessionId: 's' },
    ),
  pi: (answer) =>
    events(
      { type: 'session', id: 's' },
      { type: 'turn_start' },
      {
        type: 'message_end',
        message: { role: 'assistant', content: [{ type: 'text', text: answer }], stopReason: 'stop' },
      },
      { type: 'agent_settled', aborted: false },
    ),
  ollama: (answer) => ({
    stdout: answer,
    stderr: 'prompt eval count:    5 token(s)\neval count:    7 token(s)\n',
  }),
};

/** Failure output of the tools that state when a limit ends. */
export const ERRORS: Readonly<Record<string, (words: string) => Recording>> = {
  'claude-code': (words) => ({
    ...events({ type: 'result', subtype: 'success', is_error: true, num_turns: 1, result: words }),
    exitCode: 1,
  }),
  codex: (words) => ({
    ...events({ type: 'thread.started', thread_id: 't' }, { type: 'turn.failed', error: { message: words } }),
    exitCode: 1,
  }),
  gemini: (words) => ({
    stderr: `Attempt 1 failed\n${JSON.stringify({ error: { type: 'Error', message: words, code: 1 } }, null, 2)}\n`,
    exitCode: 1,
  }),
  'qwen-code': (words) => ({
    ...events({
      type: 'result',
      subtype: 'error_during_execution',
      is_error: true,
      error: { message: words },
    }),
    exitCode: 1,
  }),
  copilot: (words) => ({
    ...events(
      { type: 'session.error', data: { errorType: 'query', message: words } },
      { type: 'result', exitCode: 1 },
    ),
    exitCode: 1,
  }),
  opencode: (words) => ({
    ...events({ type: 'error', error: { name: 'APIError', data: { message: words } } }),
    exitCode: 1,
  }),
};

/** Events, one a line. */
export function events(...all: object[]): Recording {
  return { stdout: all.map((event) => `${JSON.stringify(event)}\n`).join('') };
}
