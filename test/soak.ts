/** Whether the soak runs: full counts, and every command line in a process of its own. */
export const IS_SOAK = process.env.LLM_ROUTER_SOAK === '1';
