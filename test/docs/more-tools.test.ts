import { describe, expect, it } from '@jest/globals';
import { commandAdapter } from '../../src/adapters/command.js';
import { builtInLayer } from '../../src/catalog/catalog.js';
import type { CommandTool } from '../../src/config/types.js';
import { loadConfig } from '../../src/lint/load.js';
import { taskOf } from '../adapters/command/samples.js';
import { filesOf, readPage } from './screens.js';

const FILES = [...filesOf(readPage('docs/tools/more-tools.md'))];

describe('the definitions of more tools', () => {
  it('are ten', () => {
    expect(FILES).toHaveLength(10);
  });

  it.each(FILES)('%s is valid, and offers a command line for each of its levels', (file, text) => {
    const files = [{ file, path: `/project/${file}`, text }];
    const { config, diagnostics } = loadConfig({
      sources: [{ layer: 'explicit', files }],
      builtIn: builtInLayer(),
      home: '/home/user',
    });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const tool = Object.values(config?.tools ?? {}).find(({ builtIn }) => !builtIn) as CommandTool;
    const levels = Object.keys(tool.accessArgs ?? {}) as ('read' | 'edit' | 'full')[];
    expect(levels).toContain('full');
    for (const access of levels) {
      const task = taskOf(tool, { modelId: 'm', cwd: '/', access, system: null });
      const call = commandAdapter.prepare(task, { env: { HOME: '/home/user' }, platform: 'linux' });
      expect(call).toMatchObject({ ok: true });
    }
  });
});
