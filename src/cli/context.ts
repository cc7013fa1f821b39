import type { RouterConfig } from '../config/types.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { World } from '../world.js';
import type { ColorMode, Output } from './output.js';

/** Options that every command takes. */
export interface GlobalOptions {
  config: string[];
  color: ColorMode;
  quiet: boolean;
  /** How often `-v` was given: 1 logs attempts, 2 or more is the debug log. */
  verbose: number;
}

/** What a command gets: the world, the writer, and the options that all commands share. */
export interface CommandContext {
  world: World;
  output: Output;
  globals: GlobalOptions;
}

/** A config that was found, read and checked, with what is needed to report on it. */
export interface CommandConfig {
  /** `null` when a diagnostic is an error. */
  config: RouterConfig | null;
  diagnostics: Diagnostic[];
  /** Texts by file name, for code frames. */
  sources: ReadonlyMap<string, string>;
  /** A project config was found by searching: it may name commands to run and is not trusted yet. */
  discovered: boolean;
  /** Folder of the project; `null` outside one. */
  projectDir: string | null;
  /** Until it is trusted, nothing that the project's config names is written, followed or sent. */
  isTrusted: boolean;
  /** Folder of a trusted project, where its traces go; `null`: they go into the state folder. */
  writableDir: string | null;
}
