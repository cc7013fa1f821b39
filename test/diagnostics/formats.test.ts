import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { diagnostic } from '../../src/diagnostics/codes.js';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js';
import { githubAnnotations } from '../../src/diagnostics/formats/github.js';
import { sarifLog } from '../../src/diagnostics/formats/sarif.js';

const place = { file: 'dir/a b,c:d.yaml', line: 3, column: 5, endLine: 3, endColumn: 9 };
const LIST: Diagnostic[] = [
  diagnostic('config/unknown-tool', 'unknown tool `100%`\r\nsecond, line: two', {
    place,
    hint: 'take: another',
  }),
  {
    ...diagnostic('config/uncatalogued-model', 'who is it', { place }),
    related: [{ place: { ...place, file: '/abs/ö.yaml' }, message: 'also here' }],
    fix: { title: 'rename it', place, text: 'new' },
  },
  { ...diagnostic('config/unknown-tool', 'no place', { place: null }), severity: 'info' },
];

describe('annotations for GitHub', () => {
  it('escape their delimiters, in properties and in text', () => {
    expect(githubAnnotations(LIST)).toEqual([
      '::error file=dir/a b%2Cc%3Ad.yaml,line=3,col=5,endLine=3,endColumn=9,title=config/unknown-tool::unknown tool `100%25`%0D%0Asecond, line: two%0Ahint: take: another',
      '::warning file=dir/a b%2Cc%3Ad.yaml,line=3,col=5,endLine=3,endColumn=9,title=config/uncatalogued-model::who is it',
      '::notice title=config/unknown-tool::no place',
    ]);
  });
});

/**
 * The OASIS schema of SARIF 2.1.0, as the package `@microsoft/sarif-multitool-linux` 5.7.0 (MIT) ships it. The pattern of
 * `language` in it is no regular expression under the `u` flag, so patterns are read without that.
 */
const SCHEMA = JSON.parse(readFileSync('test/fixtures/sarif-2.1.0.schema.json', 'utf8')) as object;

describe('SARIF', () => {
  const check = new Ajv2020({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(SCHEMA);

  it.each([
    ['findings', LIST],
    ['none', []],
  ])('of %s fits the schema', (_name, list) => {
    expect(check(sarifLog(list, '1.2.3')) ? [] : check.errors).toEqual([]);
  });

  it('has levels, rules by index, regions, related places and fixes', () => {
    expect(sarifLog(LIST, '1.2.3')).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              version: '1.2.3',
              rules: [{ id: 'config/uncatalogued-model' }, { id: 'config/unknown-tool' }],
            },
          },
          columnKind: 'unicodeCodePoints',
          results: [
            {
              ruleId: 'config/unknown-tool',
              ruleIndex: 1,
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'dir/a%20b%2Cc%3Ad.yaml' },
                    region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 9 },
                  },
                },
              ],
            },
            {
              ruleIndex: 0,
              level: 'warning',
              relatedLocations: [
                { physicalLocation: { artifactLocation: { uri: 'file:///abs/%C3%B6.yaml' } } },
              ],
              fixes: [{ artifactChanges: [{ replacements: [{ insertedContent: { text: 'new' } }] }] }],
            },
            { level: 'note', message: { text: 'no place' } },
          ],
        },
      ],
    });
  });
});
