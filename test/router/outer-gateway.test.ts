import { expect, it } from '@jest/globals';
import { gatewayVariable, withoutOuterGateway } from '../../src/router/outer-gateway.js';

it('shows a nested run the provider behind the gateway of the run around it', () => {
  const url = 'http://127.0.0.1:4711/token';
  const env = {
    ...gatewayVariable({ url, target: 'https://api.example.com/' }),
    BASE_URL: url,
    CHAT_URL: `${url}/v1`,
    OTHER: 'as it is',
  };
  expect(withoutOuterGateway(env)).toEqual({
    BASE_URL: 'https://api.example.com',
    CHAT_URL: 'https://api.example.com/v1',
    OTHER: 'as it is',
  });
});

it('leaves the environment of a run that is not nested', () => {
  const env = { BASE_URL: 'https://api.example.com' };
  expect(withoutOuterGateway(env)).toBe(env);
});
