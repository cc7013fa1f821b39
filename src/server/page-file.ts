import { createRequire } from 'node:module';
import path from 'node:path';
import { readRegularFile } from '../files.js';

/** The status page, as it was built. */
export interface PageFile {
  html: string;
  /** What a browser may run of it and load, for `Content-Security-Policy`. */
  policy: string;
}

const MAX_BYTES = 4 * 1024 * 1024;

let loaded: Promise<PageFile> | null = null;

/** The built page, read when it is first asked for. */
export function pageFile(): Promise<PageFile> {
  loaded ??= load();
  return loaded;
}

/** In a program that is one file the build puts the page itself here. */
async function load(): Promise<PageFile> {
  return await readPage();
}

/** The package finds itself by its name, wherever the build has put this code. */
async function readPage(): Promise<PageFile> {
  const manifest = createRequire(import.meta.url).resolve('llm-router-cli/package.json');
  const file = path.join(path.dirname(manifest), 'dist', 'status-page.json');
  const bytes = await readRegularFile(file, { maxBytes: MAX_BYTES });
  return JSON.parse(bytes.toString('utf8')) as PageFile;
}
