// Stands for `Intl.Segmenter` in the bundle. Packages make one when they load, which takes 10 ms, and use none for texts of ASCII.
export class LateSegmenter {
  #made = null;
  #options;

  constructor(...options) {
    this.#options = options;
  }

  segment(text) {
    this.#made ??= new globalThis.Intl.Segmenter(...this.#options);
    return this.#made.segment(text);
  }
}
