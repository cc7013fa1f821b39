import type { Diagnostic, Place, Severity } from './diagnostic.js';

/** Every kind of finding, with its severity and a summary. The reference docs are generated from it. */
export const CODES = {
  'config/file-not-found': { severity: 'error', summary: 'a config given by path does not exist' },
  'config/unreadable': { severity: 'error', summary: 'a config file or folder cannot be read' },
  'config/other-owner': {
    severity: 'warning',
    summary:
      'a config found by searching is owned by another user, and is not used; an error for the own config of the user and for parts of one',
  },
  'config/not-a-file': { severity: 'error', summary: 'a config is neither a regular file nor a folder' },
  'config/empty-folder': { severity: 'error', summary: 'a folder given as config contains no `*.yaml`' },
  'config/file-and-folder': { severity: 'error', summary: 'a project has two configs side by side' },
  'config/misnamed-file': {
    severity: 'warning',
    summary: 'a file that is not read because of its name or place',
  },
  'config/no-config': {
    severity: 'info',
    summary: 'no config file was found; an error with `--strict`',
  },
  'config/file-too-large': { severity: 'error', summary: 'a config is larger than can be checked' },
  'config/not-utf8': { severity: 'error', summary: 'a config file is not UTF-8' },
  'config/yaml-syntax': { severity: 'error', summary: 'the file is not YAML' },
  'config/duplicate-key': { severity: 'error', summary: 'a key occurs twice in one map' },
  'config/alias-bomb': { severity: 'error', summary: 'aliases expand without bounds' },
  'config/too-deep': { severity: 'error', summary: 'values are nested too deeply' },
  'config/entry-in-two-files': {
    severity: 'error',
    summary: 'two files of one folder define the same entry',
  },
  'config/too-many-findings': {
    severity: 'error',
    summary: 'a file has more mistakes than are listed',
  },
  'config/unknown-key': { severity: 'error', summary: 'a key that does not exist at its place' },
  'config/wrong-type': { severity: 'error', summary: 'a value of the wrong type' },
  'config/missing-key': { severity: 'error', summary: 'a required key is missing' },
  'config/invalid-value': { severity: 'error', summary: 'a value that is not allowed' },
  'config/unknown-agent': { severity: 'error', summary: 'an agent that is not defined' },
  'config/unknown-tool': { severity: 'error', summary: 'a tool that is not defined' },
  'config/unknown-model': { severity: 'error', summary: 'a model that no catalogue and no tool lists' },
  'config/unknown-policy': { severity: 'error', summary: 'a policy that is not defined' },
  'config/unknown-provider': { severity: 'warning', summary: 'a preferred provider that no model has' },
  'config/tool-lacks-model': {
    severity: 'error',
    summary: 'a tool does not offer the model that it should run',
  },
  'config/bad-fallback-entry': {
    severity: 'error',
    summary: 'a fallback that is not a tool, `tool:model` or model',
  },
  'config/uncatalogued-model': {
    severity: 'warning',
    summary: 'a model of unknown price, passed on by a tool that lists `*`',
  },
  'config/unknown-placeholder': { severity: 'error', summary: 'a placeholder that is never filled' },
  'config/prompt-never-passed': {
    severity: 'error',
    summary: 'the prompt is passed by a placeholder that the command does not contain',
  },
  'config/access-never-passed': {
    severity: 'error',
    summary: '`access_args` without `{access_args}` in the arguments',
  },
  'config/template-without-binary': {
    severity: 'warning',
    summary: 'a command that does not begin with `{binary}`, and so does not run as it reads',
  },
  'config/invalid-regex': {
    severity: 'error',
    summary: 'a regular expression that does not compile, or that could run for ever',
  },
  'config/bad-selector': { severity: 'error', summary: 'a selector that can find nothing' },
  'config/repeated-fallback': { severity: 'warning', summary: 'a fallback that was already tried' },
  'config/retries-cut': {
    severity: 'warning',
    summary: 'more retries of a tool than `max_attempts` of a policy allows',
  },
  'config/unreachable-fallback': { severity: 'warning', summary: 'a fallback that can never be tried' },
  'config/preferred-not-allowed': {
    severity: 'warning',
    summary: 'an agent prefers what its policy does not allow',
  },
  'config/fallback-not-allowed': {
    severity: 'warning',
    summary: 'a fallback that the policy does not allow',
  },
  'config/access-not-offered': {
    severity: 'warning',
    summary: 'an agent has an access level that its tool does not offer',
  },
  'config/tier-without-model': { severity: 'warning', summary: 'a tier for which no model can run' },
  'config/deprecated-model': { severity: 'warning', summary: 'a model that its provider will remove' },
  'config/own-limit': {
    severity: 'info',
    summary: "a limit of the user's own config holds, where another config asks for more",
  },
  'config/unused-entry': { severity: 'info', summary: 'an entry that nothing in the config uses' },
  'config/deprecated-key': { severity: 'error', summary: 'a key that was renamed' },
  'config/old-format': { severity: 'error', summary: 'a config of another router, which can be converted' },
  'config/prompt-as-option': {
    severity: 'warning',
    summary: 'a prompt that starts with `-` would be read as an option',
  },
  'config/shell-syntax-in-template': {
    severity: 'warning',
    summary: 'a pipe, redirection or expansion where no shell runs',
  },
  'config/secret-in-config': { severity: 'error', summary: 'an API key in the config itself' },
  'config/undefined-env': { severity: 'warning', summary: 'a variable that is not set' },
  'config/insecure-base-url': {
    severity: 'warning',
    summary: 'an API key is sent without encryption',
  },
  'config/missing-price': { severity: 'warning', summary: 'a model without a price under a hard budget' },
  'config/missing-cost-cap': {
    severity: 'error',
    summary:
      'a tool under a hard budget without a cost cap; a warning if that depends on an API key or the request',
  },
  'config/unmetered-tool': {
    severity: 'warning',
    summary: 'a tool under a hard budget whose billing is not stated',
  },
  'config/budget-conflict': { severity: 'warning', summary: 'spending limits that contradict each other' },
  'config/fail-open-unused': {
    severity: 'warning',
    summary: '`fail_open` where it has no effect',
  },
} as const satisfies Record<string, { severity: Severity; summary: string }>;

/** The stable name of a finding. */
export type Code = keyof typeof CODES;

/** Builds a finding, with the severity of its code unless another is given; other missing fields are `null` or empty. */
export function diagnostic(
  code: Code,
  message: string,
  more: Partial<Pick<Diagnostic, 'severity' | 'hint' | 'related' | 'fix'>> & { place: Place | null },
): Diagnostic {
  const found = { code, severity: CODES[code].severity, hint: null, related: [], fix: null, ...more };
  return { ...found, message: bounded(message), hint: found.hint === null ? null : bounded(found.hint) };
}

/** A value of the config that stands in a message may have the size of the file. */
const MAX_MESSAGE_CHARS = 2000;

function bounded(text: string): string {
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS)}…`;
}
