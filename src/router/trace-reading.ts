/** What the `trace` commands need beyond lists: the family of an invocation, and removing old traces. */
export { costOf, type Family, familyOf, ownTotal, type Total, type TreeNode } from '../trace/family.js';
export { pruneTraces } from '../trace/retention.js';
