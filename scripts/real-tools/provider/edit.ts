import { offeredIn } from './delegation.js';
import type { CalledTool, FailureStatus, OfferedTool, ProviderCall, Reply, Wire } from './wire.js';

/** A model that writes a file with a tool of the agent, and whose provider then fails, or ends the turn. */
export interface EditThenFail {
  /** Absolute, or in the working directory of the agent. */
  file: string;
  content: string;
  /** `null`: it answers after the edit. */
  status: FailureStatus | null;
  /** A request that holds this text is answered; absent: none is. */
  until?: string;
}

/** The call of the agent's own tool that writes files or runs commands; after it, and where there is no such tool, the failure. */
export function editThenFail(call: ProviderCall, wire: Wire, edit: EditThenFail): Reply {
  const tools = offeredIn(call.body);
  // A request beside the conversation, such as for a title, offers none.
  if (tools.length === 0) return wire.answer(call, ['A title', '']);
  if (edit.until !== undefined && JSON.stringify(call.body).includes(edit.until))
    return wire.answer(call, ['It is done.', '']);
  const isDone = /"tool_result"|"role":"tool"|"(?:function|custom_tool)_call_output"/.test(
    JSON.stringify(call.body),
  );
  const tool = isDone ? null : editing(tools, edit);
  if (tool !== null) return wire.toolCall(call, tool);
  return edit.status === null ? wire.answer(call, ['It is done.', '']) : wire.failure(edit.status);
}

function editing(tools: readonly OfferedTool[], { file, content }: EditThenFail): CalledTool | null {
  const named = (name: RegExp) => tools.find((one) => name.test(one.name));
  const command = `printf %s '${content}' > '${file}'`;
  // Both refuse a field that they do not know.
  const [claude, opencode] = [named(/^Write$/), named(/^write$/)];
  if (claude !== undefined) return { ...claude, input: { file_path: file, content } };
  if (opencode !== undefined) return { ...opencode, input: { filePath: file, content } };
  const program = tools.find(({ name, isProgram }) => isProgram && name === 'exec');
  if (program !== undefined)
    return { ...program, input: `text(await tools.exec_command(${JSON.stringify({ cmd: command })}));\n` };
  const runner = named(/^exec_command$/);
  if (runner !== undefined) return { ...runner, input: { cmd: command } };
  const shell = named(/^shell$/);
  return shell === undefined ? null : { ...shell, input: { command: ['/bin/sh', '-c', command] } };
}
