import { posix, win32 } from 'node:path';

/** Whether Windows runs this file by its shell, which Node refuses to start without `shell: true`. */
export function isBatchFile(path: string): boolean {
  return /\.(cmd|bat)$/i.test(path);
}

const TARGET = /"(?:%dp0%|%~dp0)\\?([^"%]+?\.([cm]?js|exe))"/gi;

/**
 * The argv that a shim made by npm, pnpm or yarn (`tool.cmd`) stands for: its script with Node, or its program. So no shell
 * reads the arguments. `null` when the file is something else.
 */
export function shimCommand(shim: { path: string; text: string; node: string }): string[] | null {
  // A shim names node.exe beside itself first, if there is one; what it starts comes last.
  const target = [...shim.text.matchAll(TARGET)].findLast(([, name]) => !/node\.exe$/i.test(name ?? ''));
  const [, name, ending] = target ?? [];
  if (name === undefined || !/%\*/.test(shim.text)) return null;
  const file = win32.join(win32.dirname(shim.path), name.split(posix.sep).join(win32.sep));
  return ending?.toLowerCase() === 'exe' ? [file] : [shim.node, file];
}
