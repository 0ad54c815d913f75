/** The parts of a key event that matter here. */
interface Press {
  readonly key: string;
  /** The place of the key, whatever it types with Shift or Alt. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMED: Readonly<Record<string, string>> = {
  Space: 'Space',
  Enter: 'Enter',
  Backspace: 'Backspace',
  Delete: 'Delete',
  Insert: 'Insert',
  Home: 'Home',
  End: 'End',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Tab: 'Tab',
  PrintScreen: 'PrintScreen',
  MediaPlayPause: 'MediaPlayPause',
  MediaTrackNext: 'MediaNextTrack',
  MediaTrackPrevious: 'MediaPreviousTrack',
  MediaStop: 'MediaStop',
  NumpadAdd: 'numadd',
  NumpadSubtract: 'numsub',
  NumpadMultiply: 'nummult',
  NumpadDivide: 'numdiv',
  NumpadDecimal: 'numdec',
};

/** What was pressed, as Electron writes keys; undefined while only Ctrl and the like are down. */
export function keysOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Press, isMac: boolean): string | undefined {
  const name = nameOf(key, code);
  if (name === undefined) return undefined;
  const modifiers = [
    ...(ctrlKey ? ['Control'] : []),
    ...(metaKey ? [isMac ? 'Command' : 'Super'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shiftKey ? ['Shift'] : []),
  ];
  return [...modifiers, name].join('+');
}

function nameOf(key: string, code: string): string | undefined {
  // The letter that is printed on the key, on any layout; with Alt some keys type other signs.
  if (/^[A-Za-z]$/.test(key)) return key.toUpperCase();
  const letter = /^Key([A-Z])$/.exec(code)?.[1] ?? /^Digit(\d)$/.exec(code)?.[1];
  if (letter !== undefined) return letter;
  if (/^F([1-9]|1\d|2[0-4])$/.test(code)) return code;
  const pad = /^Numpad(\d)$/.exec(code)?.[1];
  if (pad !== undefined) return `num${pad}`;
  return NAMED[code];
}
