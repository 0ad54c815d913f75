import { expect, it } from 'vitest';
import { pageAddress } from './pageAddress.ts';

it('is the development server on this machine, while nothing is packaged', () => {
  expect(pageAddress('http://localhost:5173', false)).toMatchObject({ origin: 'http://localhost:5173' });
  expect(pageAddress('http://[::1]:5173/', false)).toMatchObject({ origin: 'http://[::1]:5173' });
});

it.each([
  ['http://localhost:5173', true],
  ['http://example.org:5173', false],
  ['http://localhost.example.org', false],
  ['http://localhost@example.org', false],
  ['https://localhost', false],
  ['file:///etc/passwd', false],
  ['nonsense', false],
  ['', false],
  [undefined, false],
])('is the built page for %s (packaged: %s)', (url, isPackaged) => {
  expect(pageAddress(url, isPackaged)).toEqual({
    url: 'longtake-app://studio/index.html',
    origin: 'longtake-app://studio',
    developmentServer: undefined,
  });
});
