import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { executableSbom, readSbom } from '../../scripts/sbom.mjs';
import { ROOT } from '../architecture/imports.js';

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const SCHEMAS = 'node_modules/@cyclonedx/cyclonedx-library/res/schema';

/** The official schema; its formats are left out, which Ajv does not know without another package. */
function cycloneDx() {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const file = `${name}.SNAPSHOT.schema.json`;
    ajv.addSchema(JSON.parse(read(`${SCHEMAS}/${file}`)), `http://cyclonedx.org/schema/${file}`);
  }
  return ajv.compile(JSON.parse(read(`${SCHEMAS}/bom-1.6.SNAPSHOT.schema.json`)));
}

describe('what reaches a user', () => {
  const sbom = readSbom();

  it('is in bills of materials that the schema of CycloneDX takes', () => {
    const validate = cycloneDx();
    for (const document of [sbom, executableSbom(sbom, '1.2.3')]) {
      validate(document);
      expect(validate.errors).toBeNull();
    }
    expect(validate({ ...sbom, components: [{ name: 'no type' }] })).toBe(false);
  });
});
