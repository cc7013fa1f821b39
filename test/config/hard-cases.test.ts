import { describe, expect, it } from '@jest/globals';
import { plainPaint } from '../../src/diagnostics/paint.js';
import { renderDiagnostic } from '../../src/diagnostics/render.js';
import { codes, load } from './support.js';

describe('columns', () => {
  it.each([
    ['a combining mark is a character of its own, and has no width', 'e\u0301tude', 6],
    ['an emoji of several parts is as many characters', '👩‍💻', 3],
    ['a wide character is one, and two cells', '日本', 2],
    ['a pair of surrogates is one', '🙂', 1],
    ['a tab is one', 'a\tb', 3],
  ])('%s', (_, words, length) => {
    const line = `agents: {r: {description: "${words}", preferred_tool: codx}}`;
    const found = load(`version: 1\n${line}`);
    const [one] = found.diagnostics;
    expect(codes(found)).toEqual([
      `config/unknown-tool@2:${'agents: {r: {description: "", preferred_tool: '.length + length + 1}`,
    ]);
    expect(one?.fix?.place.column).toBe(one?.place?.column);
  });

  it('of carets match the text above them', () => {
    const found = load('version: 1\nagents: {r: {description: "e\u0301 日本", preferred_tool: codx}}');
    const [one] = found.diagnostics;
    if (one === undefined) throw new Error('nothing was found');
    const lines = renderDiagnostic(one, found.sources.get('llm-router.yaml') ?? null, plainPaint).split('\n');
    expect(lines[2]).toBe('  2 | agents: {r: {description: "e\u0301 日本", preferred_tool: codx}}');
    expect(lines[3]).toBe(
      `    | ${' '.repeat('agents: {r: {description: "e NIHO", preferred_tool: '.length)}^^^^`,
    );
  });
});

describe('texts over several lines', () => {
  it('are marked at their start, and never changed by a guess', () => {
    const found = load(
      'version: 1\ntools:\n  t:\n    binary: t\n    command_template: >-\n      {binary}\n      --model {modle}\n',
    );
    expect(codes(found)).toEqual(['config/unknown-placeholder@5:23']);
    expect(found.diagnostics[0]?.fix).toBeNull();
  });

  it('in quotes are marked with their ends', () => {
    const found = load('version: 1\nagents:\n  a:\n    preferred_tool: "co\n      dex"\n');
    expect(found.diagnostics.map(({ place }) => place)).toEqual([
      { file: 'llm-router.yaml', line: 4, column: 21, endLine: 5, endColumn: 11 },
    ]);
  });

  it('that hold a key are masked in every line, and keep their places', () => {
    const text =
      'version: 1\r\ntools:\r\n  t:\r\n    binary: t\r\n    args: []\r\n    env_vars:\r\n      T_KEY: |\r\n        one two\r\n        three 日本\r\n      B: "${"\r\n';
    const found = load(text);
    expect(codes(found)).toEqual(['config/secret-in-config@7:14', 'config/invalid-value@10:10']);
    const shown = found.sources.get('llm-router.yaml') ?? '';
    expect(shown).not.toMatch(/one|two|three/);
    expect(shown.split('\r\n').map((line) => [...line].length)).toEqual(
      text.split('\r\n').map((line) => [...line].length),
    );
  });
});

describe('merge keys', () => {
  it('may hold a key that is written again: the direct value wins without a duplicate', () => {
    const found = load(
      'version: 1\nx-base: &base {preferred_tool: codx, timeout: 1m}\nagents:\n  a:\n    <<: *base\n    preferred_tool: codex\n',
    );
    expect(found.diagnostics).toEqual([]);
    expect(found.config?.agents.a).toMatchObject({ preferredTool: { value: 'codex' }, timeoutMs: 60_000 });
  });

  it('whose source has a key twice are one finding', () => {
    const found = load(
      'version: 1\nx-base: &base {timeout: 1m, timeout: 2m}\nagents: {a: {<<: *base}, b: {<<: *base}}\n',
    );
    expect(codes(found)).toEqual(['config/duplicate-key@2:29']);
  });

  it('may be repeated, and the first source wins', () => {
    const found = load(
      'version: 1\nx-a: &a {timeout: 1m}\nx-b: &b {timeout: 2m, effort: low}\nagents: {a: {<<: *a, <<: *b}}\n',
    );
    expect(found.diagnostics).toEqual([]);
    expect(found.config?.agents.a).toMatchObject({ timeoutMs: 60_000, effort: 'low' });
  });

  it('that spread a wrong value are one finding with every place, and no fix', () => {
    const found = load('version: 1\nx-base: &base {acess: read}\nagents: {a: {<<: *base}, b: {<<: *base}}\n');
    expect(codes(found)).toEqual(['config/unknown-key@2:16']);
    expect(found.diagnostics[0]).toMatchObject({
      fix: null,
      related: [{ place: { line: 3 } }, { place: { line: 3 } }],
    });
  });
});

describe('a placeholder without quotes, which is a map', () => {
  it('is to be put between them', () => {
    const { diagnostics } = load('version: 1\ntools: { t: { binary: t, args: [--model, {model}] } }');
    expect(diagnostics.map(({ hint }) => hint)).toEqual(["put it between quotes: `'{model}'`"]);
  });
});

describe('an old format', () => {
  it('is the only finding about the file and about references to it', () => {
    expect(
      codes(
        load({ 'a.yaml': 'version: 1\nagents: {a: {policy: p}}', 'b.yaml': 'llm: {roles: {}}\nnonsense: 1' }),
      ),
    ).toEqual(['config/old-format@1:1']);
  });

  it('is not reported for a config with `version: 1`', () => {
    expect(codes(load('version: 1\ntelemetry: { enabled: true }'))).toEqual(['config/unknown-key@2:14']);
  });

  it('is not taken for that of a collector, when only the version is missing', () => {
    expect(codes(load("telemetry: { otlp: { endpoint: 'http://localhost:4318' } }"))).toEqual([
      'config/missing-key@1:1',
    ]);
    expect(codes(load('telemetry: { db_path: a.db }'))).toEqual(['config/old-format@1:1']);
  });
});

describe('money', () => {
  it.each([
    ['in a list', 'policies: {p: {budget: [{daily_usd: 1}, {daily_usd: 1, limit: {type: hard}}]}}'],
    ['behind an alias', 'x-b: &b {daily_usd: 1, limit: {type: hard}}\npolicies: {p: {budget: *b}}'],
    ['by a merge key', 'x-b: &b {limit: {type: hard}}\npolicies: {p: {budget: {<<: *b, daily_usd: 1}}}'],
  ])('is under a hard limit in any notation: %s', (_, text) => {
    const { config } = load(`version: 1\n${text}`);
    const hard = config?.policies.p?.budgets.filter(({ isHard }) => isHard);
    expect(hard).toMatchObject([{ dailyMicroUsd: { value: 1_000_000 } }]);
  });

  it('is still checked when a value beside the hard limit is wrong', () => {
    const text = 'policies: {p: {budget: {daily_usd: 1, limt: 1, limit: {type: hard}}}}';
    expect(load(`version: 1\n${text}`).config).toBeNull();
  });

  it("is under the hard limit of the user's own config too", () => {
    const own = 'policies: {default: {budget: {daily_usd: 1, limit: {type: hard}}}}';
    expect(load('version: 1', own).config?.policies.default?.budgets).toMatchObject([{ isHard: true }]);
  });
});

describe('variables', () => {
  it('are checked only where given, and only in the user’s own entries', () => {
    const text =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the config
      "version: 1\ntools: {t: {binary: t, args: [], env_vars: {A: '${NOT_SET}', B: '$${NOT_SET}'}}}";
    expect(codes(load(text))).toEqual([]);
  });
});
