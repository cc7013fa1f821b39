import { holdsSecret } from '../../redact/redact.js';
import { isSecretName } from '../../redact/secret-names.js';
import { entriesOf, type Path } from '../tree.js';
import type { Note, Noted } from './notes.js';

/** `env_vars` and headers: `${VAR:default}` becomes `${VAR:-default}`, and a literal key a reference to a variable. */
export function convertVariables(value: unknown, path: Path): Noted<Record<string, string>> {
  const notes: Note[] = [];
  const entries = entriesOf(value).flatMap(([name, one]): [string, string][] => {
    if (one === null || typeof one === 'object') return [];
    const text = convertReferences(String(one));
    if (!isSecret(name, text)) return [[name, text]];
    const variable = variableName(name);
    notes.push({ path, text: `the value of ${name} was a key in the file: set the variable ${variable}` });
    return [[name, `\${${variable}}`]];
  });
  return { value: Object.fromEntries(entries), notes };
}

/** References to variables in the new form; what has no default is the same in both. */
export function convertReferences(text: string): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*):(?!-)([^}]*)\}/g, (_match, name, fallback) => {
    return `\${${name}:-${fallback}}`;
  });
}

/** Whether a text is a key itself, by the name it stands under or by its shape. */
export function isSecret(name: string, text: string): boolean {
  if (holdsSecret(text)) return true;
  return isSecretName(name) && text !== '' && !text.includes('${');
}

/** A name as variables have them: `X-Org-Token` becomes `X_ORG_TOKEN`. */
export function variableName(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .toUpperCase();
}
