import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;
if (!HAS_OPENSSL)
  process.stderr.write('SKIPPED: the tests of TLS, which need openssl (apt-get install openssl)\n');

/** Files of a certificate authority. */
export interface Authority {
  cert: string;
  key: string;
}

/** Files of a certificate that an authority has signed. */
export type Signed = Authority;

/** A certificate authority that signs itself. */
export function makeAuthority(folder: string, name: string): Authority {
  const [cert, key] = [path.join(folder, `${name}.pem`), path.join(folder, `${name}.key`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE'];
  openssl(['req', '-x509', ...NEW_KEY, '-keyout', key, '-out', cert, '-days', '2', ...subject]);
  return { cert, key };
}

/** A certificate for a server or a user; `names`: as in `subjectAltName`. */
export function sign(
  { cert: caCert, key: caKey }: Authority,
  by: { folder: string; subject: string; names: string },
): Signed {
  const at = (kind: string) => path.join(by.folder, `${by.subject}.${kind}`);
  openssl(['req', ...NEW_KEY, '-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${by.subject}`]);
  writeFileSync(at('ext'), `subjectAltName=${by.names}\n`);
  const given = ['-in', at('csr'), '-CA', caCert, '-CAkey', caKey, '-CAcreateserial', '-extfile', at('ext')];
  openssl(['x509', '-req', ...given, '-out', at('pem'), '-days', '2']);
  return { cert: at('pem'), key: at('key') };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
}
