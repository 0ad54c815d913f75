import type { PlayerCommand } from '../player/playerCommands.ts';
import type { Verdict } from '../../../shared/domain/section.ts';

/** A key as the list shows it; `Ctrl` stands for Cmd where people press that. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

export const shortcutGroups: readonly ShortcutGroup[] = [
  {
    title: 'Player',
    shortcuts: [
      { keys: ['Space'], does: 'Play or pause' },
      { keys: ['←', '→'], does: '5 seconds back or forward' },
      { keys: ['Shift ←', 'Shift →'], does: '1 second back or forward' },
      { keys: ['[', ']'], does: 'Slower or faster' },
      { keys: ['Alt ←', 'Alt →'], does: 'Previous or next recording of the source' },
      { keys: ['R'], does: 'Repeat' },
      { keys: ['A'], does: 'Play the next section by itself' },
      { keys: ['F'], does: 'Go on in the file' },
      { keys: ['V'], does: 'Details: the section, markers, the recording' },
    ],
  },
  {
    title: 'Sections',
    shortcuts: [
      { keys: ['J', 'K'], does: 'Previous or next section' },
      { keys: ['U', 'Shift J'], does: 'Next section without a verdict' },
      { keys: ['Y', 'N', 'S'], does: 'Keep, discard or star the section' },
      { keys: ['Ctrl Z'], does: 'Take back the last verdict or deletion' },
      { keys: ['D'], does: 'Show or hide the highlights' },
      { keys: ['+', '−', '0'], does: 'Zoom, with focus on the timeline' },
      { keys: ['G'], does: 'Go to a time' },
      { keys: ['M'], does: 'Set a marker at the playhead; now, when nothing is open' },
      { keys: ['Shift M'], does: 'Set a marker now' },
    ],
  },
  {
    title: 'Waveform',
    shortcuts: [
      { keys: ['W'], does: 'Large waveform with levels' },
      { keys: ['+', '−'], does: 'Nearer or farther; also with the wheel' },
      { keys: ['0'], does: 'The whole recording' },
      { keys: ['Z'], does: 'The selection, or the section' },
      { keys: [',', '.'], does: 'A hundredth of what is seen back or forward' },
      { keys: ['Q'], does: 'Why this spot is, or is not, in a section' },
      { keys: ['I', 'O'], does: 'Select from here, or up to here' },
      { keys: ['H'], does: 'Select between the markers around the playhead' },
      { keys: ['X'], does: 'Select nothing' },
      { keys: ['C'], does: 'Cut: save the selection, the section or the recording as it is' },
      { keys: ['E'], does: 'Export it in another format' },
      { keys: ['Shift C'], does: 'Copy it as a file' },
      { keys: ['Page Up', 'Page Down'], does: 'Move along, with focus on the waveform' },
    ],
  },
  {
    title: 'Recordings',
    shortcuts: [
      { keys: ['↑', '↓'], does: 'Move in the list' },
      { keys: ['Page Up', 'Page Down'], does: 'Move by a page' },
      { keys: ['Home', 'End'], does: 'First or last line' },
      { keys: ['←', '→'], does: 'Close or open a day' },
      { keys: ['Enter'], does: 'Play the recording, or open the day' },
      { keys: ['Shift ↑', 'Shift ↓'], does: 'Select several recordings' },
      { keys: ['L'], does: 'Lock or unlock' },
      { keys: ['Delete'], does: 'Delete' },
      { keys: ['Shift F10'], does: 'Actions for the line' },
    ],
  },
  {
    title: 'Sources',
    shortcuts: [
      { keys: ['↑', '↓'], does: 'Previous or next source' },
      { keys: ['Enter'], does: 'Record or stop' },
      { keys: ['P'], does: 'Pause or resume the source' },
      { keys: ['Shift P'], does: 'Pause or resume all' },
      { keys: ['N'], does: 'Begin a new file of the source that has focus' },
      { keys: ['Ctrl N'], does: 'Add a source' },
    ],
  },
  {
    title: 'Window',
    shortcuts: [
      { keys: ['/'], does: 'Find recordings and titles' },
      { keys: ['F6'], does: 'Next part of the window' },
      { keys: ['B'], does: 'Uploads' },
      { keys: ['Ctrl ,'], does: 'Settings' },
      { keys: ['F1'], does: 'Help' },
      { keys: ['?'], does: 'This list' },
      { keys: ['Esc'], does: 'Close a dialog or menu' },
    ],
  },
];

export type Command =
  | {
      readonly name:
        | 'toggle'
        | 'slower'
        | 'faster'
        | 'previous'
        | 'next'
        | PlayerCommand
        | 'undo'
        | 'highlights'
        | 'goTo'
        | 'marker'
        | 'markerNow'
        | 'cut'
        | 'export'
        | 'copyCut'
        | 'help'
        | 'shortcuts'
        | 'settings'
        | 'uploads'
        | 'addSource'
        | 'search'
        | 'pauseAll'
        | 'nextPart';
    }
  | { readonly name: 'verdict'; readonly verdict: Verdict }
  | { readonly name: 'seek'; readonly seconds: number };

/** The parts of a key event that matter here. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** What has focus: keys belong to it first. */
export type Focus = 'text' | 'control' | 'elsewhere';

/** Single keys without Shift; they act on what the player has open. */
const PLAYER_KEYS: ReadonlyMap<string, Exclude<Command['name'], 'seek' | 'verdict'>> = new Map([
  ['j', 'previousEvent'],
  ['k', 'nextEvent'],
  ['u', 'nextUnreviewed'],
  ['r', 'loop'],
  ['a', 'autoAdvance'],
  ['f', 'openInFile'],
  ['w', 'fullView'],
  ['+', 'zoomIn'],
  ['=', 'zoomIn'],
  ['-', 'zoomOut'],
  ['0', 'zoomAll'],
  ['z', 'zoomSelection'],
  ['i', 'selectFrom'],
  ['o', 'selectTo'],
  ['h', 'selectBetween'],
  ['x', 'selectNothing'],
  ['c', 'cut'],
  ['e', 'export'],
  [',', 'nudgeBack'],
  ['.', 'nudgeForward'],
  ['v', 'details'],
  ['q', 'explain'],
]);

/** Single keys about sections and days. */
const REVIEW_KEYS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['J', { name: 'nextUnreviewed' }],
  ['y', { name: 'verdict', verdict: 'keep' }],
  ['n', { name: 'verdict', verdict: 'discard' }],
  ['s', { name: 'verdict', verdict: 'star' }],
  ['d', { name: 'highlights' }],
  ['g', { name: 'goTo' }],
  ['m', { name: 'marker' }],
  ['M', { name: 'markerNow' }],
  ['b', { name: 'uploads' }],
]);

/** What a key does again and again while it is held; everything else happens once. */
const REPEATED: ReadonlySet<Command['name']> = new Set<Command['name']>([
  'seek',
  'slower',
  'faster',
  'zoomIn',
  'zoomOut',
  'nudgeBack',
  'nudgeForward',
  'previousEvent',
  'nextEvent',
]);

export const isRepeated = ({ name }: Command): boolean => REPEATED.has(name);

const LETTER = /^[a-z]$/i;
const SEEK_S = 5;
const FINE_SEEK_S = 1;

/**
 * The command of a key press. Single keys never fire while a person types, and Space stays with the button
 * that has focus.
 */
export function commandOf(press: Press, focus: Focus): Command | undefined {
  const { altKey, shiftKey } = press;
  // The lock of capitals changes no command.
  const key = LETTER.test(press.key) ? (shiftKey ? press.key.toUpperCase() : press.key.toLowerCase()) : press.key;
  if (press.ctrlKey || press.metaKey) {
    if (altKey || shiftKey) return undefined;
    if (key === ',') return { name: 'settings' };
    // While a person types, it takes back what was typed.
    if (key.toLowerCase() === 'z') return focus === 'text' ? undefined : { name: 'undo' };
    return key.toLowerCase() === 'n' ? { name: 'addSource' } : undefined;
  }
  if (key === 'F6') return { name: 'nextPart' };
  if (key === 'F1') return { name: 'help' };
  if (focus === 'text') return undefined;
  if (altKey) {
    if (key === 'ArrowLeft') return { name: 'previous' };
    return key === 'ArrowRight' ? { name: 'next' } : undefined;
  }
  const single = PLAYER_KEYS.get(key);
  if (single !== undefined) return { name: single };
  const review = REVIEW_KEYS.get(key);
  if (review) return review;
  switch (key) {
    case ' ':
      return focus === 'control' ? undefined : { name: 'toggle' };
    case 'ArrowLeft':
    case 'ArrowRight': {
      const size = shiftKey ? FINE_SEEK_S : SEEK_S;
      return { name: 'seek', seconds: key === 'ArrowLeft' ? -size : size };
    }
    case '[':
      return { name: 'slower' };
    case ']':
      return { name: 'faster' };
    case '/':
      return { name: 'search' };
    case 'C':
      return shiftKey ? { name: 'copyCut' } : undefined;
    case 'P':
      return shiftKey ? { name: 'pauseAll' } : undefined;
    case '?':
      return { name: 'shortcuts' };
    default:
      return undefined;
  }
}
