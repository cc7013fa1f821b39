'use strict';
// Stands for `http2-wrapper` in the bundle of got: nobody asks for HTTP/2 here, and that package opens a TLS socket while it
// loads, which costs more than everything else of got together.
module.exports = {};
