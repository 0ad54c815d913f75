import { expect, test } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { MarkShortcut } from './markShortcut.ts';

function rig() {
  const taken = new Map<string, () => void>();
  const told: string[] = [];
  const marks: number[] = [];
  const state = { keys: '', now: 1000, fails: false };
  const shortcut = new MarkShortcut({
    shortcuts: {
      register: (keys, callback) => {
        if (keys === 'nonsense') throw new TypeError('conversion failure');
        if (keys === 'Ctrl+T') return false;
        taken.set(keys, callback);
        return true;
      },
      unregister: (keys) => void taken.delete(keys),
    },
    keys: () => state.keys,
    onMark: (at) => {
      marks.push(at);
      return state.fails ? Promise.reject(new Error('full')) : Promise.resolve();
    },
    tell: (message) => void told.push(message),
    now: () => state.now,
    log: silentLog,
  });
  const choose = (keys: string): void => {
    state.keys = keys;
    shortcut.follow();
  };
  return { taken, told, marks, state, shortcut, choose };
}

test('the marker has the time at which the key went down', () => {
  const { taken, marks, state, choose } = rig();
  choose('Alt+M');
  state.now = 5000;
  taken.get('Alt+M')?.();
  state.now = 6000;
  taken.get('Alt+M')?.();
  expect(marks).toEqual([5000, 6000]);
});

test('a marker can be set without keys, too', () => {
  const { marks, state, shortcut } = rig();
  state.now = 7000;
  shortcut.mark();
  expect(marks).toEqual([7000]);
});

test('other keys take the place of the first ones, and none give them back', () => {
  const { taken, shortcut, choose } = rig();
  choose('Alt+M');
  choose('Alt+K');
  expect([...taken.keys()]).toEqual(['Alt+K']);
  choose('');
  expect(taken.size).toBe(0);
  choose('Alt+K');
  shortcut.end();
  expect(taken.size).toBe(0);
});

test('keys of another program, keys that are none, and a marker that fails are told', async () => {
  const { told, taken, state, choose } = rig();
  choose('Ctrl+T');
  choose('nonsense');
  expect(told).toEqual([
    'The keys Ctrl+T cannot be taken for markers: another program has them. Choose others.',
    '"nonsense" are no keys. Write them like CommandOrControl+Alt+M.',
  ]);
  choose('Alt+M');
  state.fails = true;
  taken.get('Alt+M')?.();
  await expect.poll(() => told.at(-1)).toBe('The marker could not be set. The log has the details.');
});
