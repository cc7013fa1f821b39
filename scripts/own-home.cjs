'use strict';
// The environment of a run that must not touch the user's own files: a home of its own, and nothing that points elsewhere.
exports.ownHome = (env, folder) => {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(XDG_|LLM_ROUTER_)|^NODE_EXTRA_CA_CERTS$/.test(name),
  );
  return { ...Object.fromEntries(kept), HOME: folder };
};
