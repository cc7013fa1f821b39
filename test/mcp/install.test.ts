import { chmodSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';

/** Each client whose config is changed here: its file below the home folder, and where the entry stands. */
const BY_FILE = [
  ['opencode', '../config/opencode/opencode.json', 'mcp'],
  ['vscode', '../config/Code/User/mcp.json', 'servers'],
  ['cursor', '.cursor/mcp.json', 'mcpServers'],
] as const;

const ENTRY = { command: 'llm-router', args: ['mcp'] };

const inHome = (rig: Rig, file: string) => path.join(rig.home, file);
const parsed = (rig: Rig, file: string) => JSON.parse(rig.read(inHome(rig, file)));

describe('mcp install', () => {
  for (const [client, file, key] of BY_FILE) {
    it(
      `writes the entry of ${client} once, keeps the rest, and takes it out again`,
      rigged(async (rig) => {
        const others = { theme: 'dark', [key]: { other: { command: 'x' } } };
        rig.write(inHome(rig, file), JSON.stringify(others, null, 4));
        chmodSync(inHome(rig, file), 0o640);
        const first = await rig.run(['mcp', 'install', client]);
        expect(first).toMatchObject({ code: 0, stdout: '' });
        expect(first.stderr).toContain(`${client} starts \`llm-router mcp\``);
        const entry = client === 'opencode' ? { type: 'local', command: ['llm-router', 'mcp'] } : ENTRY;
        expect(parsed(rig, file)).toMatchObject({
          theme: 'dark',
          [key]: { other: { command: 'x' }, 'llm-router': entry },
        });
        const text = rig.read(inHome(rig, file));
        expect(text).toContain('\n    "theme"');
        expect(rig.modeOf(inHome(rig, file))).toBe(0o640);
        const second = await rig.run(['mcp', 'install', client]);
        expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('has it already') });
        expect(rig.read(inHome(rig, file))).toBe(text);
        expect(await rig.run(['mcp', 'uninstall', client])).toMatchObject({ code: 0 });
        expect(parsed(rig, file)).toEqual(others);
        expect(await rig.run(['mcp', 'uninstall', client])).toMatchObject({ code: 0 });
      }),
    );
  }

  it.each([
    ['a list below its key', Buffer.from('{ "mcpServers": [1] }'), '`mcpServers` is no JSON object'],
    ['bytes that are not UTF-8', Buffer.from('{ "name": "caf\xe9" }', 'latin1'), 'bytes that are not UTF-8'],
  ])('leaves a config with %s as it is', async (_, bytes, words) => {
    await rigged(async (rig) => {
      const file = inHome(rig, '.cursor/mcp.json');
      rig.write(file, bytes);
      for (const verb of ['install', 'uninstall']) {
        const { code, stderr } = await rig.run(['mcp', verb, 'cursor']);
        expect([code, stderr]).toEqual([66, expect.stringContaining(words)]);
        expect(stderr).toContain('hint: change it by hand');
      }
      expect(readFileSync(file)).toEqual(bytes);
    })();
  });

  it(
    'lets a client that has a command for it do it, and replaces an entry that starts something else',
    rigged(async (rig) => {
      const config = '.claude.json';
      const write = (command: string[]) =>
        `printf '%s' '${JSON.stringify({ mcpServers: { 'llm-router': { command: command[0], args: command.slice(1) } } })}' > "$HOME/${config}"`;
      rig.write(
        path.join(rig.bin, 'claude'),
        `#!/bin/sh\necho "$@" >> "$HOME/calls"\ncase "$2" in add) ${write(['llm-router', 'mcp'])};; remove) printf '{}' > "$HOME/${config}";; esac\n`,
      );
      chmodSync(path.join(rig.bin, 'claude'), 0o755);
      rig.write(inHome(rig, config), JSON.stringify({ mcpServers: { 'llm-router': { command: 'old' } } }));
      for (const _ of [1, 2])
        expect(await rig.run(['mcp', 'install', 'claude-code'])).toMatchObject({ code: 0 });
      expect(rig.read(inHome(rig, 'calls')).trim().split('\n')).toEqual([
        'mcp remove --scope user llm-router',
        'mcp add --scope user llm-router -- llm-router mcp',
      ]);
      const rows = (await rig.run(['mcp', 'install', '--json'])).json() as unknown as object[];
      expect(rows).toMatchObject([
        { client: 'claude-code', found: true, installed: true, command: ['llm-router', 'mcp'] },
        ...rows.slice(1),
      ]);
      const doctor = await rig.run(['doctor']);
      expect(doctor.stdout).toMatch(/MCP clients\n +✓? ?\S* *claude-code +starts `llm-router mcp`/);
      const nested = { env: { LLM_ROUTER_PARENT_ID: '01ARZ3NDEKTSV4RRFFQ69G5FAV' } };
      expect(await rig.run(['mcp', 'install', 'cursor'], nested)).toMatchObject({ code: 77 });
    }),
  );

  it(
    'changes nothing where it cannot do it well, and says what to do',
    rigged(async (rig) => {
      const absent = await rig.run(['mcp', 'install', 'codex']);
      expect(absent).toMatchObject({
        code: 69,
        stderr: expect.stringContaining('mcp install codex --print'),
      });
      const printed = await rig.run(['mcp', 'install', 'codex', '--print']);
      expect(printed.stdout).toBe('[mcp_servers.llm-router]\ncommand = "llm-router"\nargs = ["mcp"]\n');
      const commented = '{\n  // mine\n  "mcpServers": {}\n}\n';
      rig.write(inHome(rig, '.cursor/real.json'), commented);
      symlinkSync('real.json', inHome(rig, '.cursor/mcp.json'));
      const refused = await rig.run(['mcp', 'install', 'cursor']);
      expect(refused).toMatchObject({ code: 66, stderr: expect.stringContaining('--print') });
      expect(rig.read(inHome(rig, '.cursor/real.json'))).toBe(commented);
      rig.write(inHome(rig, '.cursor/real.json'), '{}');
      expect(await rig.run(['mcp', 'install', 'cursor'])).toMatchObject({ code: 0 });
      expect(lstatSync(inHome(rig, '.cursor/mcp.json')).isSymbolicLink()).toBe(true);
      expect(parsed(rig, '.cursor/real.json')).toEqual({ mcpServers: { 'llm-router': ENTRY } });
      const unknown = await rig.run(['mcp', 'install', 'cursr']);
      expect(unknown).toMatchObject({ code: 64, stderr: expect.stringContaining('did you mean `cursor`?') });
    }),
  );
});
