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
  const base = PARAMETERS_BEGIN.test(rest) ? cutAt(rest, '?')[0] : rest;
  const at = base.lastIndexOf('@');
  const user = at < 0 ? '' : `${base.slice(0, at).split(/[:?/]/, 1)[0]}@`;
  return `${scheme}://${user}${base.slice(at + 1).split(/[?#]/, 1)[0]}`;
}

/** Behind a user, or a host alone; any other `?` may be of a password. */
const PARAMETERS_BEGIN = /^([^?]*@[^?]*|[^?:]*(:\d*)?(\/[^?]*)?)\?\w+=/;

/** A URL for others: without its password, with these parameters where it does not state them itself. */
export function withoutPassword(url: string, more: Readonly<Record<string, string>> = {}): string {
  const [, query = ''] = cutAt(url, '?');
  const stated = query.split('&').filter((one) => /^(?!\w*password=)\w+=[^@]*$/i.test(one));
  const added = Object.entries(more)
    .filter(([name]) => !stated.some((one) => one.startsWith(`${name}=`)))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const all = [...stated, ...added].join('&');
  return urlWithoutSecrets(url) + (all === '' ? '' : `?${all}`);
}

/** The passwords in a URL, before its host and among its parameters, as they are written. */
export function passwordsIn(url: string): string[] {
  const found = url.matchAll(/^[a-z0-9+.-]+:\/\/[^:?]*:([^?]*)@|[?&]password=([^&]*)/gi);
  return Array.from(found, ([, first, stated]) => first ?? stated ?? '').filter(Boolean);
}

function cutAt(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
