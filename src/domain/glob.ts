/** Whether a name matches a pattern in which `*` stands for any run of characters. */
export function matchesGlob(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const source = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's').test(name);
}
