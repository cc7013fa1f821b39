'use strict';
// Replaces `http2-wrapper` in the bundle of got: HTTP/2 is not used here, and that package opens a TLS socket while it
// loads, which costs more than everything else of got together.
module.exports = {};
