/**
 * `NAME=value` in the environment of every process that a run starts. The outermost run also ends processes of nested runs; a nested
 * run must not touch its siblings.
 */
export function markerOf({ invocationId, rootId }: { invocationId: string; rootId: string }): string {
  return rootId === invocationId ? `LLM_ROUTER_ROOT_ID=${rootId}` : `LLM_ROUTER_PARENT_ID=${invocationId}`;
}
