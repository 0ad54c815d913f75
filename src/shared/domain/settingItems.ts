import type { AlarmRules } from './alarm.ts';
import { DEFAULT_WEBHOOK_KINDS } from './hooks.ts';
import { DEFAULT_SETTINGS, type Settings, type SettingsPatch } from './settings.ts';

/** The sections of the settings, in their order. */
export const SETTING_SECTIONS = [
  { id: 'general', name: 'General' },
  { id: 'recording', name: 'Recording' },
  { id: 'files', name: 'Files' },
  { id: 'sources', name: 'Sources' },
  { id: 'detection', name: 'Detection' },
  { id: 'alarms', name: 'Alarms' },
  { id: 'uploads', name: 'Uploads' },
  { id: 'storage', name: 'Storage' },
  { id: 'shortcuts', name: 'Shortcuts' },
  { id: 'advanced', name: 'Advanced' },
  { id: 'logs', name: 'Logs' },
  { id: 'about', name: 'About' },
] as const;
export type SettingSection = (typeof SETTING_SECTIONS)[number]['id'];

type Within<Key extends keyof Settings> = `${Key}.${keyof NonNullable<Settings[Key]> & string}`;
/** Where a setting is: its key, and those below it where its parts are set one by one. */
export type SettingPath =
  | keyof Settings
  | Within<'alarms'>
  | Within<'detection'>
  | `alarms.rules.${keyof AlarmRules & string}`;

/** What people read of something in the settings. */
export interface Described {
  readonly section: SettingSection;
  readonly name: string;
  /** What it does. */
  readonly sentence: string;
  /** What else people call it, for the search. */
  readonly words: string;
}
/** One thing to set. */
export interface SettingItem extends Described {
  readonly id: SettingPath;
}
const item = (
  id: SettingPath,
  section: SettingSection,
  name: string,
  sentence: string,
  words: string,
): SettingItem => ({ id, section, name, sentence, words });
/**
 * Everything that can be set, as people read it, in the order in which it is shown. A test holds it to the schema of
 * the settings: each of its keys is here once.
 */
export const SETTING_ITEMS: readonly SettingItem[] = [
  item(
    'resumeArmed',
    'general',
    'Go on recording when Longtake starts',
    'What was being recorded when Longtake ended is recorded again.',
    'resume restart boot autostart armed arm at start',
  ),
  item(
    'armAtStart',
    'general',
    'Record from every source when Longtake starts',
    'Every source is armed, whatever was armed when Longtake ended.',
    'arm at start autostart record all',
  ),
  item(
    'startAtLogin',
    'general',
    'Start Longtake at login',
    'It starts when you log in to this computer.',
    'autostart boot automatically startup',
  ),
  item(
    'startHidden',
    'general',
    'Start without the window',
    'It is in the tray then, or minimised where there is none.',
    'hidden tray minimised minimized startup login background',
  ),
  item(
    'whenClosed',
    'general',
    'When the window is closed and nothing is armed',
    'While something is armed, Longtake always stays, and goes on recording.',
    'close quit tray stay exit minimise minimize background',
  ),
  item(
    'keepAwake',
    'general',
    'Keep the computer awake while recording',
    'It does not go to sleep by itself. The screen may go dark.',
    'sleep suspend standby power inhibit',
  ),
  item(
    'theme',
    'general',
    'Appearance',
    'As the system has it, or always light or dark.',
    'theme dark mode light colour color look',
  ),
  item(
    'splitSeconds',
    'recording',
    'A new file every',
    'Counted from midnight, the same for all sources that have no length of their own.',
    'split length boundary hour minutes chunk segment',
  ),
  item(
    'minFreeBytes',
    'recording',
    'Keep free',
    'GB on the disk of the recordings. With no more than this, recording ends until there is more; 0: never.',
    'space disk full reserve stop guard',
  ),
  item(
    'recordingsFolder',
    'files',
    'Recordings folder',
    'Every recording goes below it. Those that exist stay where they are, and stay in the list.',
    'directory path location where save saved disk drive',
  ),
  item(
    'filenamePattern',
    'files',
    'File names',
    '{source} is the name of the source; %Y %m %d %H %M %S %z are date, time and zone; / makes a folder.',
    'filename filenames pattern strftime template naming date rename',
  ),
  item(
    'tagStreams',
    'files',
    'Tags in MP3 and AAC files: source, start, title',
    'Without them, files joined byte for byte are the stream.',
    'id3 metadata artist song cue',
  ),
  item(
    'detection.marginDb',
    'detection',
    'Margin',
    'dB. A section is at least so far above the noise floor.',
    'threshold sensitivity loudness section highlight',
  ),
  item(
    'detection.graceSeconds',
    'detection',
    'Grace',
    'Seconds. Loud stretches with less quiet than this between them are one section.',
    'hold join hangover section',
  ),
  item(
    'detection.minSeconds',
    'detection',
    'Least length',
    'Seconds. Shorter sections are left out.',
    'minimum duration section',
  ),
  item(
    'detection.preRollSeconds',
    'detection',
    'Pre-roll',
    'Seconds that are played before a section.',
    'lead before context section',
  ),
  item(
    'analyseOnBattery',
    'detection',
    'Analyse on battery',
    'Waveforms and sections are also made while the computer runs on its battery.',
    'power laptop analysis background',
  ),
  item(
    'alarms.rules.silence',
    'alarms',
    'Silence',
    'Raised when every channel of a source is quiet. Not for test signals.',
    'quiet mute dead air no signal',
  ),
  item(
    'alarms.rules.clipping',
    'alarms',
    'Clipping',
    'Raised when a source is recorded too loud. Not for streams.',
    'distortion overload peak full scale loud volume',
  ),
  item(
    'alarms.rules.deadChannel',
    'alarms',
    'Dead channel',
    'Raised when one channel is quiet while another is not.',
    'mono cable left right',
  ),
  item(
    'alarms.rules.sourceDown',
    'alarms',
    'Source down',
    'Raised when a source is armed and nothing is captured.',
    'lost offline unplugged disconnected',
  ),
  item(
    'alarms.rules.frozen',
    'alarms',
    'Frozen signal',
    'Raised when the same audio comes again and again. Not for test signals.',
    'stuck loop repeat',
  ),
  item(
    'alarms.rules.lowCoverage',
    'alarms',
    'Low coverage',
    'Raised when too little of the armed time was captured.',
    'gaps missing loss',
  ),
  item(
    'alarms.lowDisk',
    'alarms',
    'Low disk',
    'Raised when the disk is full soon; "Warn below" adds a limit in GB.',
    'space full hours',
  ),
  item(
    'warnFreeBytes',
    'alarms',
    'Warn below',
    'GB. With less than this free, the disk is low; 0: never.',
    'space disk free warning',
  ),
  item(
    'alarms.clearSeconds',
    'alarms',
    'Seconds until an alarm is over',
    'An alarm is over when all has been well for so long.',
    'clear end recover hysteresis',
  ),
  item(
    'alarms.notify',
    'alarms',
    'Show alarms as notifications',
    'By the desktop, also while the window is closed or behind others.',
    'popup bubble notify desktop sound',
  ),
  item(
    'alarms.webhookUrl',
    'alarms',
    'Webhook',
    'Each alarm that is raised or over is posted to this address as JSON. Empty: nowhere.',
    'http post url callback secret hmac automation email mail message telegram slack',
  ),
  item(
    'hooks',
    'alarms',
    'What the webhook is told',
    'A script, too, can be told: hooks.json in the profile names it.',
    'events automation recording section upload notify script',
  ),
  item(
    'uploadBytesPerSecond',
    'uploads',
    'Speed limit',
    'kB/s for all uploads together. Empty: none.',
    'bandwidth throttle rate network',
  ),
  item(
    'retention',
    'storage',
    'Deleting old recordings',
    'By age, total size or free space; what a rule would delete is shown before it holds.',
    'retention rules cleanup quota age keep',
  ),
  item(
    'trashDays',
    'storage',
    'Keep trash for',
    'Days for which deleted recordings can be restored. 0: until the next tidying up.',
    'bin restore deleted',
  ),
  item(
    'markShortcut',
    'shortcuts',
    'Keys for a marker, everywhere',
    'Such as CommandOrControl+Alt+M; none when empty.',
    'hotkey global mark keyboard',
  ),
  item(
    'splitShortcut',
    'shortcuts',
    'Keys for new files, everywhere',
    'Begin a new file of everything that is recorded; none when empty.',
    'hotkey global split keyboard',
  ),
  item(
    'pauseShortcut',
    'shortcuts',
    'Keys for a pause, everywhere',
    'Pause everything that is recorded, or resume it; none when empty.',
    'hotkey global pause keyboard',
  ),
  item(
    'automation',
    'advanced',
    'HTTP API for other programs',
    'Start, stop, mark and status, on this computer alone, with a token.',
    'automation rest port token metrics health script remote control browser',
  ),
  item(
    'ffmpegPath',
    'advanced',
    'Program that decodes (ffmpeg)',
    'Whole path of the program. None: the first on the PATH, else the one that came with Longtake. Used by what begins from then on.',
    'decoder converter codec binary program version',
  ),
];

/** The parts of a path, and what they lead to in these settings; undefined where nothing is. */
export function settingAt(settings: Omit<Settings, 'recordingsFolder'>, path: SettingPath): unknown {
  let value: unknown = settings;
  for (const key of path.split('.')) value = isRecord(value) ? value[key] : undefined;
  return value;
}

/** What changes one setting and no other. */
export function settingPatch(settings: Settings, path: SettingPath, value: unknown): SettingsPatch {
  const [first = '', ...rest] = path.split('.');
  return { [first]: withPart(settingAt(settings, first as keyof Settings), rest, value) } as SettingsPatch;
}

/** The value of a first start; undefined for what depends on the computer. */
export function defaultOf(path: SettingPath): unknown {
  // What may be absent has a value all the same, so that it can be set back.
  if (path === 'uploadBytesPerSecond') return 0;
  if (path === 'automation') return { enabled: false };
  if (path === 'hooks') return { webhook: [...DEFAULT_WEBHOOK_KINDS] };
  return settingAt(DEFAULT_SETTINGS, path);
}

function withPart(whole: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const record = isRecord(whole) ? whole : {};
  return { ...record, [key]: withPart(record[key], rest, value) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
