import { estimateTokenCount } from 'tokenx';

/**
 * Estimated tokens of everything a tool gets to read. An estimate within about a tenth for prose and code; it decides
 * between models and is never used as a bill.
 */
export function estimateInputTokens(parts: readonly (string | null)[]): number {
  return parts.reduce((sum, part) => sum + (part === null || part === '' ? 0 : estimateTokenCount(part)), 0);
}
