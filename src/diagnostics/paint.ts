/** Colours of the parts of a finding. */
export interface Paint {
  error(text: string): string;
  warning(text: string): string;
  success(text: string): string;
  info(text: string): string;
  hint(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

const same = (text: string) => text;

/** No colour at all. */
export const plainPaint: Paint = {
  error: same,
  warning: same,
  success: same,
  info: same,
  hint: same,
  dim: same,
  bold: same,
};
