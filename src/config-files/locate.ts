import path from 'node:path';
import type { ConfigFile } from '../lint/load.js';
import {
  CONFIG_FOLDER,
  type ConfigSearch,
  type FoundConfig,
  findConfig,
  findProjectFiles,
  namedIn,
} from './find.js';

/** The files of a config, read but not parsed. */
export interface LocatedConfig extends FoundConfig {
  /** What was read, weakest first. */
  files: readonly ConfigFile[];
  /** Folder of the config that searching finds from the working directory; `null` when there is none. */
  projectDir: string | null;
}

/** Finds and reads the files of the config, and the project around the working directory. */
export function locateConfig(search: ConfigSearch): LocatedConfig {
  const isNamed = namedIn(search).length > 0;
  const found = findConfig(search);
  const beside = isNamed ? findProjectFiles(search) : [];
  return {
    ...found,
    files: found.layers.flatMap((layer) => layer.files),
    projectDir: projectDirOf(isNamed ? beside : projectFilesOf(found)),
  };
}

function projectFilesOf({ layers }: FoundConfig): readonly ConfigFile[] {
  return layers.find(({ layer }) => layer === 'project')?.files ?? [];
}

/** A config given by path does not change the project: its traces go to the same folder as those of other runs. */
function projectDirOf([file]: readonly ConfigFile[]): string | null {
  if (file === undefined) return null;
  const folder = path.dirname(file.path);
  return path.basename(folder) === CONFIG_FOLDER ? path.dirname(folder) : folder;
}
