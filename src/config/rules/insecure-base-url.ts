import { finding, isOwn } from '../finding.js';
import { at, child, entriesOf } from '../tree.js';
import { entries, type Rule } from './rule.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|.+\.localhost)$/i;

/** A key is sent by plain HTTP to another machine, so it can be read on the way. */
export const insecureBaseUrl: Rule = {
  code: 'config/insecure-base-url',
  check(context) {
    return entries(context, 'tools').flatMap(({ name, entry, path }) =>
      [path, [...path, 'gateway']].flatMap((place) => {
        const where = [...place, 'base_url'];
        const url = at(context.merged.value, where);
        const host =
          typeof url === 'string' ? /^http:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]+)/i.exec(url)?.[1] : undefined;
        if (host === undefined || LOOPBACK.test(host) || !hasKey(entry) || !isOwn(context, where)) return [];
        const message = `tool \`${name}\` sends its key to \`${host}\` without encryption`;
        return [finding(context, { code: this.code, path: where, message, hint: 'use `https://`' })];
      }),
    );
  },
};

function hasKey(tool: unknown): boolean {
  const isAuthorization = ([name]: [string, unknown]) => /authorization|key|token/i.test(name);
  return child(tool, 'api_key_env') !== undefined || entriesOf(child(tool, 'headers')).some(isAuthorization);
}
