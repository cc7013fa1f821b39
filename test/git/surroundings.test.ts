import { describe, expect, it } from '@jest/globals';
import { gitVariables, isolation } from '../../src/git/surroundings.js';

describe('the variables of Git', () => {
  it('are those of the surroundings without its own, which would lead it elsewhere', () => {
    const given = { HOME: '/home/me', GIT_DIR: '/elsewhere', git_work_tree: '/elsewhere', UNSET: undefined };
    const variables = gitVariables(given, {}, undefined);
    expect(variables).toMatchObject({ HOME: '/home/me', LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' });
    for (const name of ['GIT_DIR', 'git_work_tree', 'UNSET', 'GIT_INDEX_FILE', 'GIT_CONFIG_COUNT'])
      expect([name, name in variables]).toEqual([name, false]);
  });

  it('name the index, and settings with any character in their keys', () => {
    expect(gitVariables({}, { 'filter.a=b.smudge': '', 'core.bare': 'false' }, '/tmp/index')).toMatchObject({
      GIT_INDEX_FILE: '/tmp/index',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'filter.a=b.smudge',
      GIT_CONFIG_VALUE_0: '',
      GIT_CONFIG_KEY_1: 'core.bare',
      GIT_CONFIG_VALUE_1: 'false',
    });
  });

  it('come with settings of the command line, each behind `-c`', () => {
    const [first, ...settings] = isolation;
    expect(first).toBe('--no-pager');
    expect(settings.filter((_, index) => index % 2 === 0)).toEqual(Array(settings.length / 2).fill('-c'));
  });
});
