import type { Described, SettingSection } from './settingItems.ts';

/** Something to do or to look at that has its place among the settings. */
export interface SettingPlace extends Described {
  readonly id: `place.${string}`;
}

const place = (
  id: SettingPlace['id'],
  section: SettingSection,
  name: string,
  sentence: string,
  words: string,
): SettingPlace => ({ id, section, name, sentence, words });

/** What has its place among the settings and is no setting, in the order in which it is shown. */
export const SETTING_PLACES: readonly SettingPlace[] = [
  place(
    'place.targets',
    'uploads',
    'Targets',
    'Where recordings are uploaded to while they are made, and how that goes.',
    'server s3 speakr cloud backup token',
  ),
  place(
    'place.storage',
    'storage',
    'Where and how much',
    'Every recordings folder, what it holds, and when it is full.',
    'forecast free space disk usage months containers',
  ),
  place('place.trash', 'storage', 'Trash', 'What was deleted and can be restored.', 'bin empty restore deleted'),
  place(
    'place.sources',
    'sources',
    'Everything of a source',
    'Format, files, detection, alarms, targets and retention of a source, and where they differ from the settings.',
    'per source microphone stream own override pause maximum length stop after timer schedule device sample rate bitrate quality bits channels cue password sound input',
  ),
  place('place.keys', 'shortcuts', 'All keys', 'What each key does in the window.', 'keyboard shortcuts list'),
  place(
    'place.transfer',
    'advanced',
    'Export and import',
    'All settings with sources, targets, rules and alarms as one file, without passwords.',
    'backup copy save reset move other computer json transfer',
  ),
  place('place.isr', 'advanced', 'Coming from ISR', 'Takes over the sources of its config.ini.', 'import migrate ini'),
  place(
    'place.rescan',
    'advanced',
    'Library',
    'Makes the list of recordings anew from what is in the folder.',
    'rescan rebuild catalogue database refresh',
  ),
  place(
    'place.drill',
    'advanced',
    'Failure drill',
    'Makes everything go wrong beside the real recordings, and shows what each fault costs.',
    'test fault unplug kill disk full simulate',
  ),
  place('place.logs', 'logs', 'Logs', 'What Longtake wrote down, as it comes.', 'log debug errors tail file'),
  place(
    'place.report',
    'logs',
    'Copy a report',
    'Versions, settings and the last log lines, without secrets, for whoever helps you.',
    'support bug problem diagnostics',
  ),
  place(
    'place.about',
    'about',
    'Versions',
    'Of Longtake and what it runs on.',
    'version runtime electron ffmpeg update upgrade',
  ),
  place(
    'place.licences',
    'about',
    'Licences',
    'Of every part that Longtake is made of.',
    'license open source copyright third party',
  ),
  place(
    'place.help',
    'about',
    'Help',
    'The README, with search (F1).',
    'manual guide documentation readme proxy schedule browser remote',
  ),
];
