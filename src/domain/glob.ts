/** Whether a name matches a pattern in which `*` stands for any run of characters. */
export function matchesGlob(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  // Matching each part at its first place leaves the most text for later parts.
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
