import { type FoundConfig, findConfig } from '../../config-files/find.js';
import type { CommandContext } from '../context.js';
import { printDiagnostics } from '../report.js';

/** `config path`: the files in use, weakest first, then the places that hold none. 66 if a named path cannot be read. */
export async function runConfigPath(context: CommandContext, options: { json?: boolean }): Promise<number> {
  const { world, output, globals } = context;
  const { env, cwd, home } = world;
  const found = findConfig({ explicit: globals.config, env, cwd, home });
  if (options.json === true) await output.json(document(found));
  else await output.data(lines(found));
  if (found.diagnostics.length > 0) await printDiagnostics(output, 'stderr', found.diagnostics, new Map());
  return found.unreadable.length > 0 ? 66 : 0;
}

function filesOf({ layers }: FoundConfig) {
  return layers.flatMap(({ layer, files }) => files.map(({ file, path }) => ({ layer, file, path })));
}

/** A folder that was looked at holds a file in use, or is none of its places. */
function emptyPlaces(found: FoundConfig): string[] {
  const used = filesOf(found).map(({ file }) => file);
  return found.searched.filter(
    (place) => !used.some((file) => file === place || file.startsWith(`${place}/`)),
  );
}

function document(found: FoundConfig): object {
  return { files: filesOf(found), searched: found.searched, discovered: found.discovered };
}

function lines(found: FoundConfig): string {
  const used = filesOf(found).map(({ layer, file }) => `${layer.padEnd(8)}  ${file}\n`);
  return [...used, ...emptyPlaces(found).map((place) => `${'nothing'.padEnd(8)}  ${place}\n`)].join('');
}
