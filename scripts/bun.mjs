/** The runtime of the executable: a version that passed the end-to-end tests. docs/compatibility.md says how to raise it. */
export const BUN = '1.4.5';
