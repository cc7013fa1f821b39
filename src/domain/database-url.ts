const SCHEME = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is;

/** The scheme of a URL, in lower case; `null`: the text is no URL. */
export function urlScheme(text: string): string | null {
  return SCHEME.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Whether a text names a PostgreSQL database. */
export function isPostgresUrl(text: string): boolean {
  const scheme = urlScheme(text);
  return scheme === 'postgres' || scheme === 'postgresql';
}

/**
 * A URL as it may be shown: without a password and without parameters. Cut by the outermost marks, so that also of a URL that is not
 * well formed nothing secret is left.
 */
export function urlWithoutSecrets(url: string): string {
  const [, scheme = '', rest = ''] = SCHEME.exec(url) ?? [];
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? '' : `${rest.slice(0, at).split(/[:?/]/, 1)[0]}@`;
  return `${scheme}://${user}${rest.slice(at + 1).split(/[?#]/, 1)[0]}`;
}

/** A URL for others: without its password, with these parameters where it does not state them itself. */
export function withoutPassword(url: string, more: Readonly<Record<string, string>> = {}): string {
  const [, query = ''] = cutAt(url, '?');
  const stated = query.split('&').filter((one) => /^\w+=[^@]*$/.test(one) && !one.startsWith('password='));
  const added = Object.entries(more)
    .filter(([name]) => !stated.some((one) => one.startsWith(`${name}=`)))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const all = [...stated, ...added].join('&');
  return urlWithoutSecrets(url) + (all === '' ? '' : `?${all}`);
}

/** A URL with the password of another one of the same user, host and database, where it has none itself. */
export function withPasswordOf(url: string, other: string): string {
  const password = passwordIn(other);
  if (password === '' || passwordIn(url) !== '' || urlWithoutSecrets(url) !== urlWithoutSecrets(other))
    return url;
  return url.replace('@', () => `:${password}@`);
}

/** The password in a URL, as it is written; empty: none. */
export function passwordIn(url: string): string {
  const rest = SCHEME.exec(cutAt(url, '?')[0])?.[2] ?? '';
  return cutAt(rest.slice(0, Math.max(0, rest.lastIndexOf('@'))), ':')[1];
}

function cutAt(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
