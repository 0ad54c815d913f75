import { expect, test } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { GlobalShortcuts } from './globalShortcuts.ts';

const NONE = { markShortcut: '', splitShortcut: '', pauseShortcut: '' };

function rig() {
  const taken = new Map<string, () => void>();
  const told: string[] = [];
  const pressed: string[] = [];
  const state = { settings: NONE, changes: 0, isOtherThere: true };
  const shortcuts = new GlobalShortcuts({
    keyboard: {
      register: (keys, callback) => {
        if (keys.includes('Nonsense')) throw new TypeError('conversion failure');
        if (keys === 'Ctrl+Alt+T' && state.isOtherThere) return false;
        taken.set(keys, callback);
        return true;
      },
      unregister: (keys) => void taken.delete(keys),
    },
    isMac: false,
    settings: () => state.settings,
    onPress: (action) => void pressed.push(action),
    onChange: () => void (state.changes += 1),
    tell: (message) => void told.push(message),
    log: silentLog,
  });
  const choose = (settings: Partial<typeof NONE>): void => {
    state.settings = { ...NONE, ...settings };
    shortcuts.follow();
  };
  return { taken, told, pressed, state, shortcuts, choose };
}

test('each action has its own keys', () => {
  const { taken, pressed, choose, shortcuts } = rig();
  choose({ markShortcut: 'Alt+M', splitShortcut: 'Alt+N', pauseShortcut: 'Alt+P' });
  for (const press of taken.values()) press();
  expect(pressed).toEqual(['mark', 'split', 'pause']);
  expect(shortcuts.list().map(({ problem }) => problem)).toEqual([undefined, undefined, undefined]);
});

test('other keys take the place of the first ones, and none give them back', () => {
  const { taken, shortcuts, choose, state } = rig();
  choose({ markShortcut: 'Alt+M' });
  choose({ markShortcut: 'Alt+K' });
  expect([...taken.keys()]).toEqual(['Alt+K']);
  const { changes } = state;
  choose({ markShortcut: 'Alt+K' });
  expect(state.changes).toBe(changes);
  choose({});
  expect(taken.size).toBe(0);
  choose({ markShortcut: 'Alt+K' });
  shortcuts.end();
  expect(taken.size).toBe(0);
});

test('keys of another program, of another action, of every program, and keys that are none are told once', () => {
  const { told, taken, shortcuts, choose } = rig();
  choose({ markShortcut: 'Ctrl+Alt+T' });
  const problem = 'Ctrl+Alt+T cannot be taken to set a marker: another program has them. Choose others.';
  expect(shortcuts.list()).toEqual([{ action: 'mark', keys: 'Ctrl+Alt+T', problem }]);
  choose({ markShortcut: 'Ctrl+Alt+T', splitShortcut: 'Ctrl+Alt+N', pauseShortcut: 'Alt+Control+N' });
  choose({ markShortcut: 'Ctrl+Alt+Nonsense' });
  choose({ markShortcut: 'M' });
  expect(told).toEqual([
    problem,
    'Alt+Control+N are the keys to begin new files. Choose others.',
    '"Ctrl+Alt+Nonsense" are no keys. Write them like CommandOrControl+Alt+M.',
    'No other program could be given M any more. Add Ctrl, Alt or Cmd, or choose a function key.',
  ]);
  expect(taken.size).toBe(0);
});

test('keys are had as soon as the other program has ended, when somebody looks', () => {
  const { told, taken, shortcuts, choose, state } = rig();
  choose({ markShortcut: 'Ctrl+Alt+T', splitShortcut: 'Ctrl+Alt+N', pauseShortcut: 'Ctrl+Alt+N' });
  shortcuts.retry();
  expect(shortcuts.list().map(({ problem }) => problem !== undefined)).toEqual([true, false, true]);
  state.isOtherThere = false;
  shortcuts.retry();
  expect(shortcuts.list().map(({ problem }) => problem !== undefined)).toEqual([false, false, true]);
  expect([...taken.keys()].toSorted()).toEqual(['Ctrl+Alt+N', 'Ctrl+Alt+T']);
  expect(told).toHaveLength(2);
});
