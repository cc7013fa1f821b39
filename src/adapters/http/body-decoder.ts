/** Decodes a body that comes in chunks; characters may be split between them. */
export interface BodyDecoder {
  push: (bytes: Uint8Array) => string;
  /** The rest at the end. */
  end: () => string;
  /** A warning about invalid bytes, one sentence; `null`: none. */
  oddity: () => string | null;
}

type Decoder = InstanceType<typeof TextDecoder>;

/**
 * Decodes by the charset that the response declares. Without one, or with one that does not exist, bytes that are not UTF-8 are read as
 * Latin-1; in a body with characters of UTF-8, or that says so, they are replaced.
 */
export function createBodyDecoder(contentType: string | null): BodyDecoder {
  const label = /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? null;
  const isUtf8 = label !== null && /^utf-?8$/.test(label);
  const declared = label === null || isUtf8 ? null : decoderOf(label);
  return declared === null ? utf8Decoder(isUtf8) : wholeDecoder(declared);
}

function decoderOf(label: string): Decoder | null {
  try {
    return new TextDecoder(label);
  } catch {
    return null; // a name that does not exist
  }
}

function wholeDecoder(decoder: Decoder): BodyDecoder {
  return {
    push: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
    oddity: () => null,
  };
}

function utf8Decoder(isDeclared: boolean): BodyDecoder {
  let decoder: Decoder | null = null;
  let rest = new Uint8Array(0);
  let isUtf8 = isDeclared;
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const push = (bytes: Uint8Array, isLast: boolean): string => {
    if (decoder !== null) return decoder.decode(bytes, { stream: !isLast });
    const all = rest.length === 0 ? bytes : Uint8Array.from([...rest, ...bytes]);
    const whole = isLast ? all.length : wholeCharacters(all);
    try {
      const text = strict.decode(all.subarray(0, whole));
      isUtf8 ||= text.length < whole;
      rest = all.slice(whole);
      return text;
    } catch {
      isUtf8 ||= hasUtf8(all);
      decoder = new TextDecoder(isUtf8 ? 'utf-8' : 'latin1', { ignoreBOM: true });
      return decoder.decode(all, { stream: !isLast });
    }
  };
  return {
    push: (bytes) => push(bytes, false),
    end: () => push(new Uint8Array(0), true),
    oddity: () => {
      if (decoder === null) return null;
      return isUtf8
        ? 'the answer contains bytes that are not UTF-8, which were replaced'
        : 'the answer is not UTF-8 and names no known charset; it was read as Latin-1';
    },
  };
}

/** Whether there are characters of UTF-8 beside the invalid bytes: of another charset hardly any bytes look like them. */
function hasUtf8(bytes: Uint8Array): boolean {
  return /[^\0-\x7f\ufffd]/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

/** Number of bytes with whole characters: the last one may be cut. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
