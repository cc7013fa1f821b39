/** Where our own files live. Pure: works on the environment it is given. */
export interface PathContext {
  env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  home: string;
}

const APP = 'llm-router';

/** Folder of the user's configuration: `$XDG_CONFIG_HOME/llm-router`. */
export function userConfigDir(context: PathContext): string {
  return xdg(context, 'XDG_CONFIG_HOME', '.config');
}

/** What processes have learnt about tools that are better left alone. */
export function cooldownFile(context: PathContext): string {
  return `${stateDir(context)}/cooldowns.json`;
}

/** The lists of models of providers; they can be asked for again. */
export function modelListsFile(context: PathContext): string {
  return `${xdg(context, 'XDG_CACHE_HOME', '.cache')}/models.json`;
}

/** Folder of checked configs; they can be made again. */
export function configCacheDir(context: PathContext): string {
  return `${xdg(context, 'XDG_CACHE_HOME', '.cache')}/configs`;
}

/** The log of refusals, overrides and trust. */
export function auditFile(context: PathContext): string {
  return `${stateDir(context)}/audit.jsonl`;
}

/** Folder of state that is not precious: traces outside a project, cooldowns, audit, trust. */
export function stateDir(context: PathContext): string {
  return xdg(context, 'XDG_STATE_HOME', '.local/state');
}

/** File of a local ledger: the configured one, or that in the user's data folder. */
export function ledgerFile(context: PathContext, configured: string | null): string {
  return configured ?? `${xdg(context, 'XDG_DATA_HOME', '.local/share')}/ledger.db`;
}

/** Folder of the records of runs that are under way: what a killed router leaves of them is ended by the next one. */
export function runningDir(context: PathContext): string {
  return `${stateDir(context)}/running`;
}

/** Folder of the work trees of isolated runs. */
export function isolatedDir(context: PathContext): string {
  return `${stateDir(context)}/isolated`;
}

/** Folder of detached runs, with their answers. */
export function jobsDir(context: PathContext): string {
  return `${stateDir(context)}/jobs`;
}

/**
 * Folder of traces, first match: `LLM_ROUTER_TRACE_DIR`, the configured folder, `<project>/.llm-router/traces`, the state
 * folder.
 */
export function traceDir(
  context: PathContext,
  config: { configured: string | null; projectDir: string | null },
): string {
  const named = context.env.LLM_ROUTER_TRACE_DIR;
  if (named !== undefined && named !== '') return named;
  if (config.configured !== null) return config.configured;
  if (config.projectDir !== null) return `${config.projectDir}/.llm-router/traces`;
  return `${stateDir(context)}/traces`;
}

/** The XDG base directory specification ignores values that are not absolute. */
function xdg({ env, home }: PathContext, variable: string, fallback: string): string {
  const value = env[variable];
  return value?.startsWith('/') === true ? `${value}/${APP}` : `${home}/${fallback}/${APP}`;
}
