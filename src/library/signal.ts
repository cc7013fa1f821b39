/**
 * The platform's `AbortSignal`. A program whose compiler knows neither the types of Node nor those of browsers gets the part of it
 * that is used here.
 */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Native } }
  ? Native
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      addEventListener(type: 'abort', listener: () => void): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };
