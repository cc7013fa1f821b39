import { posix, win32 } from 'node:path';
import type { Host } from '../adapter.js';
import type { Translation } from './wsl.js';

/** What a program needs to understand our paths: one of Windows, by its name, in a distribution of WSL. `null`: nothing. */
export async function translationOf(program: string, { env, platform }: Host): Promise<Translation | null> {
  const distribution = env.WSL_DISTRO_NAME ?? '';
  if (platform !== 'linux' || distribution === '' || !/\.(exe|com|cmd|bat)$/i.test(program)) return null;
  return (await import('./wsl-host.js')).translationHere(distribution);
}

/** Whether this is a batch file, which Node refuses to start without `shell: true`. */
export function isBatchFile(path: string): boolean {
  return /\.(cmd|bat)$/i.test(path);
}

const TARGET = /"(?:%dp0%|%~dp0)\\?([^"%]+?\.([cm]?js|exe))"/gi;

/**
 * The argv that replaces a shim of npm, pnpm or yarn (`tool.cmd`): its script with Node, or its program, so that no shell
 * parses the arguments. `null`: not a shim.
 */
export function shimCommand(shim: { path: string; text: string; node: string }): string[] | null {
  // A shim may name node.exe first; the program that it starts comes last.
  const target = [...shim.text.matchAll(TARGET)].findLast(([, name]) => !/node\.exe$/i.test(name ?? ''));
  const [, name, ending] = target ?? [];
  if (name === undefined || !/%\*/.test(shim.text)) return null;
  const file = win32.join(win32.dirname(shim.path), name.split(posix.sep).join(win32.sep));
  return ending?.toLowerCase() === 'exe' ? [file] : [shim.node, file];
}
