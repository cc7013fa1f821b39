import { crc32, deflateSync } from 'node:zlib';

/** Pixels of a picture, each as an index into its colours. */
export interface IndexedPicture {
  width: number;
  height: number;
  /** Red, green, blue of each colour; at most 256 colours. */
  colours: readonly (readonly [number, number, number])[];
  pixels: Uint8Array;
}

/** A PNG with a palette: a third of the size of one with full colours (https://www.w3.org/TR/png-3/). It carries the text that it shows. */
export function indexedPng({ width, height, colours, pixels }: IndexedPicture, shown: string): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width + 1));
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('iTXt', Buffer.from(`${SHOWN}${shown}`)),
    chunk('PLTE', Buffer.from(colours.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A keyword, no compression, no language and no translation of the keyword. */
const SHOWN = 'Description\0\0\0\0\0';

/** The text that a picture shows; `null`: it does not say. */
export function shownBy(png: Buffer): string | null {
  const start = png.indexOf(`iTXt${SHOWN}`);
  if (start === -1) return null;
  const data = png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4));
  return data.subarray(SHOWN.length).toString('utf8');
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'ascii'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
