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
