import { describe, expect, it } from '@jest/globals';
import { didYouMean, nearest, nearWord, onlyNear } from '../../src/diagnostics/suggest.js';

const TOOLS = ['claude-code', 'codex', 'gemini'];

describe('nearest', () => {
  it.each([
    ['claud-code', 'claude-code'],
    ['CODEX', 'codex'],
    ['codx', 'codex'],
    ['gemnii', 'gemini'],
    ['xyz', null],
    ['', null],
    ['my-own-little-bot', null],
  ])('%s -> %s', (word, expected) => {
    expect(nearest(word, TOOLS)).toBe(expected);
  });

  it('finds swapped letters in a short word', () => {
    expect(nearest('modle', ['model', 'prompt'])).toBe('model');
    expect(nearest('bto', ['bot'])).toBe('bot');
    expect(nearest('tcsh', ['bash', 'zsh', 'fish'])).toBeNull();
  });

  it('finds nothing without choices', () => {
    expect(nearest('codex', [])).toBeNull();
  });
});

describe('onlyNear', () => {
  it.each([
    ['bto', ['bot', 'codex'], 'bot'],
    ['gpt6', ['gpt-6'], 'gpt-6'],
    ['gpt-5-codex', ['gpt-6-codex'], null],
    ['bat', ['bot', 'but'], null],
  ])('%s among %j is %s: another version is no slip', (word, known, expected) => {
    expect(onlyNear(word, known)).toBe(expected);
  });
});

describe('didYouMean', () => {
  it('suggests the nearest, and lists all choices', () => {
    expect(didYouMean('codx', TOOLS, 'defined tools')).toBe(
      'did you mean `codex`? defined tools: claude-code, codex, gemini',
    );
  });

  it('lists the choices when none is similar', () => {
    expect(didYouMean('zzzzzzz', TOOLS, 'defined tools')).toBe('defined tools: claude-code, codex, gemini');
  });

  it('is empty without choices', () => {
    expect(didYouMean('codex', [], 'defined tools')).toBeNull();
  });

  it('cuts a long list', () => {
    const many = Array.from({ length: 15 }, (_, index) => `name${index}`);
    expect(didYouMean('zzzzzzzz', many, 'names')).toMatch(/^names: name0, .*name11 and 3 more$/);
  });
});

describe('nearWord', () => {
  it('ends a message where a word is near, and adds nothing elsewhere', () => {
    expect(nearWord({ word: 'codx', known: TOOLS })).toBe(' (did you mean `codex`?)');
    expect([nearWord({ word: 'xyz', known: TOOLS }), nearWord(null)]).toEqual(['', '']);
  });
});
