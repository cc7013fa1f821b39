export { withoutTexts } from '../../src/redact/private-texts.js';
export { createRedactor } from '../../src/redact/redact.js';
