import { expect, test } from 'vitest';
import { areSameKeys, problemOfKeys } from './globalKeys.ts';

test('keys are the same however they are written', () => {
  expect(areSameKeys('Ctrl+Alt+M', 'alt+control+m', false)).toBe(true);
  expect(areSameKeys('CommandOrControl+M', 'Control+M', false)).toBe(true);
  expect(areSameKeys('CommandOrControl+M', 'Control+M', true)).toBe(false);
  expect(areSameKeys('CommandOrControl+M', 'Cmd+M', true)).toBe(true);
  expect(areSameKeys('Ctrl+Alt+M', 'Ctrl+Alt+N', false)).toBe(false);
  expect(areSameKeys('Alt++', 'Alt+Plus', false)).toBe(true);
  expect(areSameKeys('nonsense+M', 'nonsense+M', false)).toBe(false);
});

test('keys that would take something from a person are refused with a reason', () => {
  for (const good of ['Ctrl+Alt+M', 'F9', 'Shift+F9', 'MediaPlayPause', 'Ctrl+Shift+Z', 'Alt+Space']) {
    expect(problemOfKeys(good, false), good).toBeUndefined();
  }
  for (const bad of ['M', 'Shift+M', 'Space']) {
    expect(problemOfKeys(bad, false), bad).toMatch(/No other program could be given/);
  }
  expect(problemOfKeys('Ctrl+Z', false)).toBe('Ctrl+Z are the keys to undo. Choose others.');
  expect(problemOfKeys('CommandOrControl+N', false)).toMatch(/add a source/);
  expect(problemOfKeys('Control+Z', true)).toBeUndefined();
  for (const none of ['Ctrl+', 'Ctrl', 'Foo+M', '+']) expect(problemOfKeys(none, false), none).toMatch(/are no keys/);
});
