declare const ROUTER_BUILD: string | undefined;

/** Differs between any two builds of the program: what one keeps for later starts is not for another. */
export const BUILD_ID: string = typeof ROUTER_BUILD === 'undefined' ? 'sources' : ROUTER_BUILD;
