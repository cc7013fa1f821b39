import path from 'node:path';
import type { ProjectFilter } from '../domain/project.js';

/** `--project`: a path (`.`, `../shop`, `/srv/shop`), or the name of a project's folder. */
export function projectFilter(cwd: string, text: string): ProjectFilter {
  const isPath = text === '.' || text === '..' || text.includes('/');
  return isPath ? { folder: path.resolve(cwd, text) } : { name: text };
}
