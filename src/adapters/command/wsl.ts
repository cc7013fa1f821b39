import type { AdapterEvent } from '../adapter.js';

/** A distribution of WSL, as programs of Windows that it starts see its files. */
export interface Wsl {
  /** Name of the distribution. */
  distribution: string;
  /** Folder in which the drives of Windows are, with a slash at its end. */
  drives: string;
}

/** What a program of Windows needs that runs in WSL. */
export interface Translation {
  /** The path of a file for it; what is no absolute path stays as it is. */
  toWindows(path: string): string;
  /** An event of it, with the path that its file has here. */
  toLocal(event: AdapterEvent): AdapterEvent;
  /** The value of `WSLENV` that hands over more variables. */
  sharing(listed: string | undefined, names: readonly string[]): string;
}

/** Where the drives are unless `/etc/wsl.conf` says another place. */
export const DEFAULT_DRIVES = '/mnt/';

/** `root` of `[automount]` in the text of `/etc/wsl.conf`, with a slash at its end. */
export function drivesFolder(conf: string): string {
  let [section, root] = ['', DEFAULT_DRIVES];
  for (const line of conf.split('\n')) {
    section = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1]?.toLowerCase() ?? section;
    const [, , value = root] = /^\s*root\s*=\s*(["']?)(\/[^#]*?)\1\s*(?:#.*)?$/i.exec(line) ?? [];
    if (section === 'automount') root = value;
  }
  return root.endsWith('/') ? root : `${root}/`;
}

/** The path of a file for a program of Windows; what is no absolute path stays as it is. */
function toWindowsPath(path: string, { distribution, drives }: Wsl): string {
  if (!path.startsWith('/')) return path;
  const drive = path.startsWith(drives) ? /^([A-Za-z])(?:\/(.*))?$/s.exec(path.slice(drives.length)) : null;
  if (drive !== null) return `${drive[1]?.toUpperCase()}:\\${windowsNames(drive[2] ?? '')}`;
  return `\\\\wsl.localhost\\${distribution}${windowsNames(path)}`;
}

/** The file that a program of Windows names by an absolute path; `null`: it is not absolute, or not reached from here by a path. */
function toLinuxPath(path: string, { distribution, drives }: Wsl): string | null {
  const plain = path
    .replaceAll('/', '\\')
    .replace(/^\\\\[?.]\\(UNC\\)?/i, (_, unc) => (unc === undefined ? '' : '\\\\'));
  const [, letter, below] = /^([A-Za-z]):\\(.*)$/s.exec(plain) ?? [];
  if (letter !== undefined) return `${drives}${letter.toLowerCase()}/${linuxNames(below ?? '')}`;
  const [, name, rest] = /^\\\\wsl(?:\$|\.localhost)\\([^\\]+)(\\.*)?$/is.exec(plain) ?? [];
  if (name?.toLowerCase() !== distribution.toLowerCase()) return null;
  return linuxNames(rest ?? '\\');
}

export function translationFor(wsl: Wsl): Translation {
  return {
    toWindows: (path) => toWindowsPath(path, wsl),
    toLocal: (event) =>
      event.type === 'activity' && event.changedFile
        ? { ...event, name: toLinuxPath(event.name, wsl) ?? event.name }
        : event,
    sharing: sharedVariables,
  };
}

/** Variables that WSL hands to a program of Windows, as `WSLENV` lists them: what the user lists, and more names. */
function sharedVariables(listed: string | undefined, names: readonly string[]): string {
  const before = (listed ?? '').split(':').filter((item) => item !== '');
  const known = new Set(before.map((item) => item.replace(/\/.*/, '')));
  return [...before, ...names.filter((name) => !known.has(name))].join(':');
}

/** Windows has no such characters in names: WSL shows them from U+F000 on. */
function windowsNames(path: string): string {
  return path.replaceAll(/[\p{Cc}"*:<>?\\|]/gu, shifted).replaceAll('/', '\\');
}

function shifted(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x7f ? String.fromCharCode(0xf000 + code) : character;
}

function linuxNames(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replaceAll(/[\uf001-\uf07e]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xf000));
}
