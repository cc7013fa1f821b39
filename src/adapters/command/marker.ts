/**
 * `NAME=value` by which everything that a run starts is known. The first run of a family also ends what nested calls left; a
 * nested one may not touch those beside it.
 */
export function markerOf({ invocationId, rootId }: { invocationId: string; rootId: string }): string {
  return rootId === invocationId ? `LLM_ROUTER_ROOT_ID=${rootId}` : `LLM_ROUTER_PARENT_ID=${invocationId}`;
}
