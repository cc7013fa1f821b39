/** Whether a path stands on its own, on POSIX or Windows. */
export function isAbsolutePath(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** The folder of a file's path; `.` for a bare name. */
export function folderOf(file: string): string {
  const end = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
  if (end === -1) return '.';
  return end === 0 ? file.slice(0, 1) : file.slice(0, end);
}

/** A path as a config writes it, from the folder of that config; `~/` is the home folder. Looks nothing up. */
export function resolvePath(path: string, from: { folder: string; home: string }): string {
  if (path === '~') return from.home;
  if (path.startsWith('~/')) return joined(from.home, path.slice(2));
  return isAbsolutePath(path) ? path : joined(from.folder, path);
}

function joined(folder: string, path: string): string {
  const parts = folder.replace(/[/\\]+$/, '').split('/');
  for (const part of path.split('/')) {
    const last = parts.at(-1);
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 1 && last !== '..' && last !== '.') parts.pop();
    else if (part !== '..' || parts.length !== 1 || last !== '') parts.push(part);
  }
  return parts.join('/') || '/';
}
