import { z } from 'zod';

/** What keys can do from anywhere on the desktop. */
export const globalActionSchema = z.enum(['mark', 'split', 'pause']);
export type GlobalAction = z.infer<typeof globalActionSchema>;

/** As Electron writes them, such as `CommandOrControl+Alt+M`; empty: none. */
export const globalKeysSchema = z
  .string()
  .trim()
  .max(60)
  .regex(/^(|[A-Za-z0-9`~!@#$%^&*()_=[\]\\;',./<>?:"{}| +-]+)$/, 'Write the keys like CommandOrControl+Alt+M.');

/** Where each action has its keys in the settings, and what the keys do, for a sentence. */
export const globalActions = {
  mark: { setting: 'markShortcut', does: 'set a marker' },
  split: { setting: 'splitShortcut', does: 'begin new files' },
  pause: { setting: 'pauseShortcut', does: 'pause or resume all' },
} as const satisfies Record<GlobalAction, { readonly setting: string; readonly does: string }>;

const MODIFIERS: Readonly<Record<string, string>> = {
  command: 'Meta',
  cmd: 'Meta',
  super: 'Meta',
  meta: 'Meta',
  control: 'Control',
  ctrl: 'Control',
  alt: 'Alt',
  option: 'Alt',
  altgr: 'AltGr',
  shift: 'Shift',
};
/** Keys that nobody types text with: they need no modifier. */
const LONE_KEYS = /^(F\d{1,2}|MEDIA\w+|VOLUME\w+|PRINTSCREEN|SCROLLLOCK|NUM\w+)$/;

interface Keys {
  /** Sorted. */
  readonly modifiers: readonly string[];
  /** In capitals. */
  readonly key: string;
}

function parseKeys(keys: string, isMac: boolean): Keys | undefined {
  // The last part may be the plus sign itself.
  const parts = keys.trim().replace(/\+\+$/, '+Plus').split('+');
  const key = parts.pop()?.trim().toUpperCase() ?? '';
  const modifiers = parts.map((part) => {
    const name = part.trim().toLowerCase();
    if (name === 'commandorcontrol' || name === 'cmdorctrl') return isMac ? 'Meta' : 'Control';
    return MODIFIERS[name];
  });
  if (key === '' || MODIFIERS[key.toLowerCase()] !== undefined) return undefined;
  const known = modifiers.filter((modifier) => modifier !== undefined);
  if (known.length < modifiers.length) return undefined;
  return {
    modifiers: [...new Set(known)].toSorted(),
    key: key === 'RETURN' ? 'ENTER' : key === 'ESC' ? 'ESCAPE' : key,
  };
}

/** Whether both are the same keys, however they are written. */
export function areSameKeys(one: string, other: string, isMac: boolean): boolean {
  const [left, right] = [parseKeys(one, isMac), parseKeys(other, isMac)];
  return left !== undefined && right !== undefined && nameOf(left) === nameOf(right);
}

/** What Longtake's own window, or every program, does with these keys: a person would miss it. */
const USED: Readonly<Record<string, string>> = {
  Z: 'undo',
  Y: 'redo',
  C: 'copy',
  X: 'cut',
  V: 'paste',
  A: 'select all',
  Q: 'quit',
  W: 'close the window',
  N: 'add a source in Longtake’s window',
  ',': 'open Longtake’s settings',
};

/** Why these keys cannot be taken, whoever has them; undefined when nothing is wrong with them. */
export function problemOfKeys(keys: string, isMac: boolean): string | undefined {
  const parsed = parseKeys(keys, isMac);
  if (!parsed) return `"${keys}" are no keys. Write them like CommandOrControl+Alt+M.`;
  const { modifiers, key } = parsed;
  const isTyped = modifiers.every((modifier) => modifier === 'Shift' || modifier === 'AltGr');
  if (isTyped && !LONE_KEYS.test(key)) {
    return `No other program could be given ${keys} any more. Add Ctrl, Alt or Cmd, or choose a function key.`;
  }
  const [only] = modifiers;
  const used = modifiers.length === 1 && only === (isMac ? 'Meta' : 'Control') ? USED[key] : undefined;
  return used === undefined ? undefined : `${keys} are the keys to ${used}. Choose others.`;
}

function nameOf({ modifiers, key }: Keys): string {
  return [...modifiers, key].join('+');
}
