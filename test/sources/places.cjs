'use strict';
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');

/** What is compiled of `src`. Not below `node_modules`, where the package would not find itself by its name. */
const COMPILED = path.join(ROOT, 'out', 'test-sources');

/** The facade of a file of `src`. */
function facadeOf(file) {
  return path.join(COMPILED, `${path.relative(path.join(ROOT, 'src'), file)}.facade`);
}

module.exports = { ROOT, COMPILED, facadeOf };
