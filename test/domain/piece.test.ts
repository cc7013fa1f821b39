import { expect, it } from '@jest/globals';
import { pieceOf, pieceOfBytes, withText } from '../../src/domain/piece.js';

it('carries bytes through events, and decodes them once, when the text is read', () => {
  let decoded = 0;
  const piece = pieceOfBytes(Buffer.from('né'), (bytes) => {
    decoded++;
    return bytes.toString('utf8');
  });
  const event = withText({ type: 'output.delta' }, pieceOf(withText({ type: 'delta' }, piece)));
  expect(pieceOf(event).bytes).toBe(piece.bytes);
  expect(decoded).toBe(0);
  expect([event.text, JSON.stringify(event), { ...event }]).toEqual([
    'né',
    '{"type":"output.delta","text":"né"}',
    { type: 'output.delta', text: 'né' },
  ]);
  expect(decoded).toBe(1);
});

it('has no bytes where a text did not come so', () => {
  const event = withText({ type: 'delta' }, { text: 'né', bytes: null });
  expect(event).toEqual({ type: 'delta', text: 'né' });
  expect(pieceOf(event)).toEqual({ text: 'né', bytes: null });
});
