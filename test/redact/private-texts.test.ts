import { describe, expect, it } from '@jest/globals';
import { LEFT_OUT, withoutTexts } from '../../src/redact/private-texts.js';

const PROMPT = [
  ...Array.from({ length: 600 }, (_, index) => `line ${index} has the data of customer number ${index * 7}`),
  'call it "Blue\tHeron", and tell nobody',
  'my pin is 1234',
  'über die Straße zum Bürgermeister',
].join('\n');
const left = (said: string): string => withoutTexts({ message: said }, [PROMPT, null]).message;

describe('a private text', () => {
  it.each([
    ['whole', PROMPT],
    ['a line of its middle', PROMPT.split('\n')[300] ?? ''],
    ['cut at both ends', PROMPT.slice(9000, 9060)],
    ['several lines', PROMPT.split('\n').slice(295, 305).join('\n')],
    ['a short line', 'my pin is 1234'],
    ['in JSON', JSON.stringify(PROMPT.slice(-110))],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(PROMPT.slice(-110)))],
    ['in a URL', encodeURIComponent('call it "Blue\tHeron", and tell nobody')],
    ['in HTML', 'call it &quot;Blue&#9;Heron&quot;, and tell nobody'],
    ['wrapped and quoted', '> call it "Blue\n> Heron", and\n> tell nobody'],
    ['in capitals', 'CALL IT "BLUE HERON", AND TELL NOBODY'],
    ['with a colour in it', 'call it "Blue \u001b[1mHeron\u001b[0m", and tell nobody'],
    ['beyond ASCII', 'über die Straße zum Bürgermeister'],
  ])('is left out, %s', (_, echo) => {
    const rest = left(`failed on: ${echo}`);
    expect(rest).toContain(`failed on: `);
    expect(rest).toContain(LEFT_OUT);
    expect(rest.length).toBeLessThan(60);
    expect(rest).not.toMatch(/customer|heron|1234|nobody|Stra/i);
  });

  it('leaves other words, names, times and figures', () => {
    const said = {
      type: 'provider_error',
      tool: 'has the data of customer',
      message: 'the data is not there, and the customer is unknown',
      at: '2026-11-20T09:30:00.000Z',
      exit_code: 1,
      hint: null,
      list: ['line 7', 'call it a day'],
    };
    expect(withoutTexts(said, [PROMPT, 'the model has-the-data-of-customer is wrong'])).toEqual(said);
  });

  it('that is short is no passage', () => {
    expect(withoutTexts(['it cannot go on'], ['go on', null, ''])).toEqual(['it cannot go on']);
  });
});
