import { describe, expect, it } from '@jest/globals';
import { type Layer, type LayerName, layerOf, mergeLayers } from '../../src/config/layers.js';
import { parseSource } from '../../src/config/source.js';
import { formatPlace } from '../../src/diagnostics/diagnostic.js';

describe('mergeLayers', () => {
  it('merges entries field by field, replaces lists and scalars, and keeps the origin of each value', () => {
    const merged = mergeLayers([
      layer('user', 'tools:\n  t: { binary: a, models: [x, y], version: { args: [v], pattern: p } }\n'),
      layer('project', 'tools:\n  t:\n    models: [z]\n    version: { pattern: q }\n'),
    ]);
    expect(merged.value).toEqual({
      tools: { t: { binary: 'a', models: ['z'], version: { args: ['v'], pattern: 'q' } } },
    });
    const at = (...path: (string | number)[]) => {
      const place = merged.place(path, 'value');
      return place && formatPlace(place);
    };
    expect(at('tools', 't', 'binary')).toBe('user:2:16');
    expect(at('tools', 't', 'models', 0)).toBe('project:3:14');
    expect(at('tools', 't', 'version', 'args')).toBe('user:2:52');
    expect(at('tools', 't', 'version', 'pattern')).toBe('project:4:25');
    expect(merged.layerOf(['tools', 't', 'binary'])?.name).toBe('user');
  });

  it('replaces selectors and filters as a whole', () => {
    const merged = mergeLayers([
      layer(
        'user',
        'tools: {t: {output: {text: {pointer: /a, take: sum}, success: {/a: 1}, usage: {input_tokens: {regex: x}, output_tokens: /o}}}}',
      ),
      layer(
        'project',
        'tools: {t: {output: {text: {regex: b}, success: {/b: 2}, usage: {input_tokens: {keys: /k}}}}}',
      ),
    ]);
    expect(merged.value).toEqual({
      tools: {
        t: {
          output: {
            text: { regex: 'b' },
            success: { '/b': 2 },
            usage: { input_tokens: { keys: '/k' }, output_tokens: '/o' },
          },
        },
      },
    });
  });

  it('lets the stronger of two keys that exclude each other win', () => {
    const merged = mergeLayers([
      layer('user', 'tools: {t: {command_template: a}, u: {args: [a]}}\nagents: {a: {system: s}}'),
      layer('project', 'tools: {t: {args: [b]}, u: {command_template: b}}\nagents: {a: {system_file: f}}'),
    ]);
    expect(merged.value).toEqual({
      tools: { t: { args: ['b'] }, u: { command_template: 'b' } },
      agents: { a: { system_file: 'f' } },
    });
  });

  it('treats an empty entry as no change', () => {
    const merged = mergeLayers([
      layer('user', 'agents: {a: {policy: p}}'),
      layer('project', 'agents:\n  a:\ntools:\n'),
    ]);
    expect(merged.value).toEqual({ agents: { a: { policy: 'p' } }, tools: null });
  });
});

describe('layerOf', () => {
  it('combines the files of a folder; each may have `version`', () => {
    const { layer: one, diagnostics } = layerOf('project', [
      source('a', 'version: 1\nagents: {x: {policy: p}}\ntraces: {enabled: true}'),
      source('b', 'version: 1\nagents: {y: {}}\ntraces: {dir: d}'),
    ]);
    expect(diagnostics).toEqual([]);
    expect(one.value).toEqual({
      version: 1,
      agents: { x: { policy: 'p' }, y: {} },
      traces: { enabled: true, dir: 'd' },
    });
    expect(one.place(['agents', 'y'], 'key')).toMatchObject({ file: 'b', line: 2, column: 10 });
  });

  it('reports an entry in two files with both places, and keeps the first', () => {
    const { layer: one, diagnostics } = layerOf('project', [
      source('a', 'default_agent: x\nagents: {x: {policy: p}}'),
      source('b', 'default_agent: y\nagents: {x: {policy: q}}'),
    ]);
    expect(one.value).toEqual({ default_agent: 'x', agents: { x: { policy: 'p' } } });
    expect(diagnostics).toMatchObject([
      {
        code: 'config/entry-in-two-files',
        place: { file: 'b', line: 1 },
        related: [{ place: { file: 'a', line: 1 } }],
      },
      {
        code: 'config/entry-in-two-files',
        place: { file: 'b', line: 2 },
        related: [{ place: { file: 'a', line: 2 } }],
      },
    ]);
  });
});

function source(file: string, text: string) {
  const { source: found } = parseSource({ file, text });
  if (found === null) throw new Error('the text does not parse');
  return found;
}

function layer(name: LayerName, text: string): Layer {
  return layerOf(name, [source(name, text)]).layer;
}
