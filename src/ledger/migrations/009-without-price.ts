/** Every report asks for the few invocations without a price, among all of its days. */
export const WITHOUT_PRICE = `
CREATE INDEX invocations_without_price ON invocations (day) WHERE basis = 'unknown' AND billing = 'api';
`;
