/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that keep Git from running programs, from writing what it need not, and from the network. */
export const isolation: readonly string[] = [
  '--no-pager',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.splitIndex=false',
    'core.logAllRefUpdates=false',
    'core.quotePath=false',
    'protocol.allow=never',
    'gc.auto=0',
    'maintenance.auto=false',
    'i18n.commitEncoding=UTF-8',
    'advice.addEmbeddedRepo=false',
  ].flatMap((setting) => ['-c', setting]),
];

/** The author of every state that is kept. */
export const AUTHOR = { NAME: 'llm-router', EMAIL: 'llm-router@localhost' };

/** Variables for Git: those of the surroundings without its own, and ours. */
export function gitVariables(
  env: Environment,
  settings: Readonly<Record<string, string>>,
  indexFile: string | undefined,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^GIT_/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_AUTHOR_NAME: AUTHOR.NAME,
    GIT_AUTHOR_EMAIL: AUTHOR.EMAIL,
    GIT_COMMITTER_NAME: AUTHOR.NAME,
    GIT_COMMITTER_EMAIL: AUTHOR.EMAIL,
    ...settingVariables(settings),
    ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
  };
}

/** Keys may hold any character, which `-c` would split at the first `=`. */
function settingVariables(settings: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(settings);
  const pairs = entries.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return entries.length === 0
    ? {}
    : { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(pairs) };
}
