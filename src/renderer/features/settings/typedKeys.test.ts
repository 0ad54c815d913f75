import { expect, test } from 'vitest';
import { problemOfKeys } from '../../../shared/domain/globalKeys.ts';
import { keysOf } from './typedKeys.ts';

const press = (code: string, key: string, held: readonly ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[] = []) => ({
  code,
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...Object.fromEntries(held.map((name) => [name, true])),
});

test('what is pressed is written as keys that can be taken', () => {
  for (const [pressed, written] of [
    [press('KeyM', 'm', ['ctrlKey', 'altKey']), 'Control+Alt+M'],
    // A German keyboard has Z where an American one has Y.
    [press('KeyY', 'z', ['ctrlKey', 'altKey']), 'Control+Alt+Z'],
    // Option types another sign.
    [press('KeyM', 'µ', ['metaKey', 'altKey']), 'Super+Alt+M'],
    [press('Digit1', '!', ['ctrlKey', 'shiftKey']), 'Control+Shift+1'],
    [press('F9', 'F9'), 'F9'],
    [press('ArrowUp', 'ArrowUp', ['ctrlKey', 'altKey']), 'Control+Alt+Up'],
    [press('Numpad5', '5', ['ctrlKey']), 'Control+num5'],
    [press('MediaPlayPause', 'MediaPlayPause'), 'MediaPlayPause'],
  ] as const) {
    expect(keysOf(pressed, false)).toBe(written);
    expect(problemOfKeys(written, false), written).toBeUndefined();
  }
  expect(keysOf(press('KeyM', 'm', ['metaKey']), true)).toBe('Command+M');
});

test('a key that only changes others is none', () => {
  expect(keysOf(press('ControlLeft', 'Control', ['ctrlKey']), false)).toBeUndefined();
  expect(keysOf(press('AltRight', 'AltGraph', ['altKey']), false)).toBeUndefined();
});
