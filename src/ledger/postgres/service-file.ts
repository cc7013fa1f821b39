import { PARAMETERS, type ParameterName, type Parameters, type UrlFault } from '../../domain/postgres-url.js';
import { err, ok, type Result } from '../../domain/result.js';

/** Parameters of a URL that libpq does not know, or not in a service file. */
const NOT_IN_FILES: readonly ParameterName[] = ['schema', 'pgbouncer', 'service'];

/** Keywords of libpq that make no difference here (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS). */
const UNUSED = [
  ...['authtype', 'client_encoding', 'fallback_application_name', 'gssdelegation', 'gsslib', 'hostaddr'],
  ...['keepalives', 'keepalives_count', 'keepalives_idle', 'keepalives_interval', 'krbsrvname'],
  ...['load_balance_hosts', 'max_protocol_version', 'min_protocol_version', 'oauth_client_id'],
  ...['oauth_client_secret', 'oauth_issuer', 'oauth_scope', 'replication', 'require_auth', 'requirepeer'],
  ...['requiressl', 'scram_client_key', 'scram_server_key', 'ssl_max_protocol_version'],
  ...['ssl_min_protocol_version', 'sslcertmode', 'sslcompression', 'sslcrl', 'sslcrldir', 'sslkeylogfile'],
  ...['sslpassword', 'sslsni', 'tcp_user_timeout', 'tty'],
];

const USED = PARAMETERS.filter((name) => !NOT_IN_FILES.includes(name));
const KNOWN: readonly string[] = [...USED, ...UNUSED];

/**
 * The section of a service in the text of a service file (https://www.postgresql.org/docs/current/libpq-pgservice.html); `null`: there is
 * none. The error names the line that libpq would refuse, and shows nothing of its value.
 */
export function sectionOf(
  text: string,
  { file, service }: { file: string; service: string },
): Result<Parameters | null, UrlFault> {
  let found: Record<string, string> | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found !== null) break;
      if (line === `[${service}]`) found = {};
      continue;
    }
    if (found === null) continue;
    const [, keyword = '', value = ''] = /^([^=]*)=(.*)$/.exec(line) ?? [];
    const name = keyword.trim();
    if (!KNOWN.includes(name)) return err(unknownKeyword(name, `line ${index + 1} of ${file}`));
    found[name] ??= value.trim();
  }
  return ok(found);
}

function unknownKeyword(name: string, place: string): UrlFault {
  const isWord = /^[A-Za-z0-9_-]{1,40}$/.test(name);
  const what = isWord ? `has the unknown keyword \`${name}\`` : 'is not `keyword=value`';
  return {
    why: `names a service of which ${place} ${what}`,
    unknown: isWord ? { word: name, known: USED } : null,
  };
}
