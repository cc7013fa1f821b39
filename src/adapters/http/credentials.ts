/**
 * A URL whose name and password can be decoded: a `%` in them that encodes nothing stands for itself, as in a password from a variable
 * that was not encoded. `null`: they encode no text.
 */
export function withCredentials(url: string): string | null {
  const [, before = '', pair = '', after = ''] = /^([a-z]+:\/\/)([^/?#]*@)(.*)$/is.exec(url) ?? [];
  if (pair === '') return url;
  const encoded = pair.replace(/%(?![0-9a-f]{2})/gi, '%25');
  try {
    decodeURIComponent(encoded);
    return `${before}${encoded}${after}`;
  } catch {
    return null;
  }
}
