import { expect, test } from 'vitest';
import { parseUrl } from '../../../shared/webAddress.ts';

test('an address is read, and anything else is none', () => {
  expect(parseUrl('http://example.org/a')?.href).toBe('http://example.org/a');
  expect(parseUrl('b', new URL('http://example.org/a/'))?.href).toBe('http://example.org/a/b');
  expect(parseUrl('no address')).toBeUndefined();
  expect(parseUrl('http://12\u0254\r-S\u0422\uFFFDM\uFFFDiP7.0.0.\uFFFD:8000/live.mp3')).toBeUndefined();
});
