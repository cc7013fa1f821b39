export { builtInLayer } from '../../src/catalog/catalog.js';
export { loadConfig } from '../../src/lint/load.js';
