/**
 * A path in a repository, relative to the top of its work tree: its bytes as latin1, since a name of a file need not be UTF-8.
 */
export type BytePath = string;

/** The path for calls of the system, in a folder. */
export function systemPath(root: string, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

/** The path as text. */
export function shownPath(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** The path of a text. */
export function bytePath(text: string): BytePath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The folder of a path; empty: the top. */
export function folderOfPath(path: BytePath): BytePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** One name a line, as `--stdin-paths` reads them: quoted, so that it may hold line breaks. */
export function quotedLine(path: BytePath): string {
  const quoted = path.replace(
    /[^ !#-[\]-~]/g,
    (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${quoted}"\n`;
}

/** The parts of an output with NUL after each. */
export function splitNul(bytes: Buffer): string[] {
  const parts = bytes.toString('latin1').split('\0');
  parts.pop();
  return parts;
}
