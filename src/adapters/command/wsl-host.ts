import { readRegularFileNow } from '../../files.js';
import { DEFAULT_DRIVES, drivesFolder, type Translation, translationFor } from './wsl.js';

const CONF = '/etc/wsl.conf';
const MAX_CONF_BYTES = 65_536;

/** The translation in this distribution of WSL. */
export function translationHere(distribution: string): Translation {
  return translationFor({ distribution, drives: drivesHere() });
}

/** As WSL has it; a file that cannot be read is none. */
function drivesHere(): string {
  try {
    return drivesFolder(readRegularFileNow(CONF, { maxBytes: MAX_CONF_BYTES }).toString());
  } catch {
    return DEFAULT_DRIVES;
  }
}
