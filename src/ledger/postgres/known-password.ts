import { passwordsIn, urlWithoutSecrets } from '../../domain/database-url.js';

/** A URL with the password of another one of the same user, host and database, where it has none itself. */
export function withPasswordOf(url: string, other: string): string {
  const [password] = passwordsIn(other);
  const isOther = urlWithoutSecrets(url) !== urlWithoutSecrets(other);
  if (password === undefined || isOther || passwordsIn(url).length > 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}password=${password.replaceAll('&', '%26')}`;
}
