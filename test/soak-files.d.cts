/** The files of tests for which the soak makes no difference. */
export function sameInSoak(): string[];
