import { expect, it } from '@jest/globals';
import { rigged } from '../rig/rig.js';

const CONFIG = `version: 1
default_agent: worker
agents: { worker: { preferred_tool: bot, access: edit } }
tools:
  bot:
    binary: bot.exe
    args: [--cd, '{cwd}', --out, '{output_file}']
    prompt: stdin
    env_vars: { STYLE: short }
    output:
      format: ndjson
      text: { event: { /type: answer }, pointer: /text }
      changed_files: { event: { /type: tool }, pointer: /file }
`;

it(
  'a program of Windows in WSL gets paths of Windows, and its paths are those of Linux for others',
  rigged(async (rig) => {
    rig.write('llm-router.yaml', CONFIG);
    const bot = rig.script('bot.exe', [
      { stdout: `{"type":"tool","file":"C:\\\\src\\\\my app\\\\a.ts"}\n`, exit: 1 },
    ]);
    const env = { WSL_DISTRO_NAME: 'Debian' };
    const args = ['exec', 'hello'];
    const { code, stderr } = await rig.run(args, { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining('`/mnt/c/src/my app/a.ts`')]);
    const [call] = bot.calls;
    const project = `\\\\wsl.localhost\\Debian${rig.project.replaceAll('/', '\\')}`;
    expect(call?.argv.slice(0, 3)).toEqual(['--cd', project, '--out']);
    expect(call?.argv[3]).toMatch(/^\\\\wsl\.localhost\\Debian\\.*\\output\.txt$/);
    expect(call?.cwd).toBe(rig.project);
    expect(call?.env.WSLENV?.split(':')).toEqual(expect.arrayContaining(['STYLE', 'TRACEPARENT']));
  }),
);
