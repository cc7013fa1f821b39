import { mkdir } from 'node:fs/promises';
import { err, ok, type Result } from '../../src/domain/result.js';
import { install, NODE_22 } from './install.js';
import { copyRouter, troubleOf } from './router-copy.js';

/** What every trial needs. */
export interface Ready {
  /** Entry file of the packed command line. */
  entry: string;
  /** The folder of the Node that the agent CLIs run on. */
  nodeFolder: string;
}

/** Unpacks the command line and installs the Node below `folder`; the error is why one of them does not run. */
export async function prepare(root: string, folder: string): Promise<Result<Ready, string>> {
  await mkdir(folder, { recursive: true });
  const entry = await copyRouter(root, folder);
  const trouble = await troubleOf(entry, folder);
  if (trouble !== null) return err(trouble);
  const runtime = await install(NODE_22, { folder, runtime: null });
  return runtime.ok ? ok({ entry, nodeFolder: runtime.binFolder }) : err(runtime.reason);
}
