import { COMMON } from './common-tools.js';

/** Keys of a tool of kind `custom`. */
export const CUSTOM = { ...COMMON, timeout: COMMON.timeout.default('15m') };
