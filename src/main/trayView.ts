import { type Alarm, alarmNames } from '../shared/domain/alarm.ts';
import type { SourceState } from '../shared/domain/source.ts';
import type { SourceId } from '../shared/units.ts';
import type { BookedSource } from './sourceBook.ts';
import type { TrayFace } from './trayIcon.ts';

interface TraySource {
  readonly id: SourceId;
  readonly name: string;
  readonly state: SourceState;
  /** Why it does not record. */
  readonly problem?: string;
}

export interface TrayView {
  readonly face: TrayFace;
  /** How it is, in a few words. */
  readonly headline: string;
  /** One line for each alarm, newest first. */
  readonly alarms: readonly string[];
  readonly sources: readonly TraySource[];
  /** How far exports are, where any work. */
  readonly exporting?: string;
}

/** What a line of the menu does; with `id` to one source. */
export type TrayAction =
  | { readonly does: 'mark' | 'splitAll' | 'pauseAll' | 'resumeAll' | 'open' | 'quit' }
  | { readonly does: 'arm' | 'disarm' | 'pause' | 'resume' | 'split' | 'retry'; readonly id: SourceId };

export interface TrayLine {
  readonly label: string;
  /** Without it the line only tells, or opens `lines`. */
  readonly action?: TrayAction;
  readonly lines?: readonly TrayLine[];
}

/** Alarms in the menu; the others are counted. */
const MOST_ALARMS = 8;
/** Sources in the menu; the others are one level deeper. */
const MOST_SOURCES = 16;
/** Windows cuts what is longer. */
const LONGEST_TOOLTIP = 127;
const LONGEST_PROBLEM = 100;

const stateWords: Readonly<Record<SourceState, string>> = {
  disarmed: 'off',
  arming: 'starting',
  recording: 'recording',
  paused: 'paused',
  reconnecting: 'trying again',
  failed: 'cannot record',
};

/** What the tray shows. An alarm that a person has seen is no news, but is still named. */
export function trayView(sources: readonly BookedSource[], alarms: readonly Alarm[], exporting?: string): TrayView {
  const states = sources.map(({ status }) => status.state);
  const armed = states.filter((state) => state !== 'disarmed' && state !== 'paused').length;
  const recording = states.filter((state) => state === 'recording').length;
  const paused = states.filter((state) => state === 'paused').length;
  const isProblem = alarms.some(({ acknowledgedAt }) => acknowledgedAt === undefined);
  const lines = alarms.slice(0, MOST_ALARMS).map(line);
  if (alarms.length > MOST_ALARMS) lines.push(`and ${alarms.length - MOST_ALARMS} more`);
  return {
    face: isProblem ? 'problem' : recording > 0 ? 'recording' : 'idle',
    headline: headline(armed, recording, paused),
    alarms: lines,
    sources: sources.map(({ id, name, status: { state, problem } }) => ({
      id,
      name,
      state,
      ...(problem ? { problem: shortened(problem.message, LONGEST_PROBLEM) } : {}),
    })),
    ...(exporting === undefined ? {} : { exporting }),
  };
}

/** The menu, in groups: how it is, the sources, what can be done with all of them, and the program. */
export function trayMenu(view: TrayView): readonly (readonly TrayLine[])[] {
  const { headline: first, alarms, sources, exporting } = view;
  const told = [first.charAt(0).toUpperCase() + first.slice(1), ...(exporting === undefined ? [] : [exporting])];
  const shown = sources.slice(0, MOST_SOURCES).map(sourceLine);
  const hidden = sources.slice(MOST_SOURCES).map(sourceLine);
  const more = hidden.length === 1 ? '1 more source' : `${hidden.length} more sources`;
  const groups: readonly (readonly TrayLine[])[] = [
    [...told, ...alarms].map((label) => ({ label })),
    hidden.length === 0 ? shown : [...shown, { label: more, lines: hidden }],
    controlLines(sources),
    [
      { label: 'Open Longtake', action: { does: 'open' } },
      { label: 'Quit', action: { does: 'quit' } },
    ],
  ];
  return groups.filter((group) => group.length > 0);
}

export function tooltipOf({ headline: first, alarms }: TrayView): string {
  return shortened([`Longtake: ${first}`, ...alarms].join('\n'), LONGEST_TOOLTIP);
}

function controlLines(sources: readonly TraySource[]): readonly TrayLine[] {
  const armed = sources.filter(({ state }) => state !== 'disarmed');
  const isAllPaused = armed.length > 0 && armed.every(({ state }) => state === 'paused');
  const split: TrayLine = { label: 'Begin new files now' };
  const pause: TrayLine = { label: isAllPaused ? 'Resume all' : 'Pause all' };
  return [
    { label: 'Set a marker now', action: { does: 'mark' } },
    sources.some(({ state }) => state === 'recording') ? { ...split, action: { does: 'splitAll' } } : split,
    armed.length > 0 ? { ...pause, action: { does: isAllPaused ? 'resumeAll' : 'pauseAll' } } : pause,
  ];
}

/** Stopping takes two clicks: nothing ends because a hand slipped. */
function sourceLine({ id, name, state, problem }: TraySource): TrayLine {
  const label = `${name}: ${stateWords[state]}`;
  if (state === 'disarmed') return { label, lines: [{ label: 'Record', action: { does: 'arm', id } }] };
  const lines: TrayLine[] = [];
  if (problem !== undefined) lines.push({ label: problem });
  if (state === 'reconnecting' || state === 'failed') lines.push({ label: 'Try now', action: { does: 'retry', id } });
  if (state === 'recording') lines.push({ label: 'Begin a new file now', action: { does: 'split', id } });
  lines.push(
    state === 'paused'
      ? { label: 'Resume', action: { does: 'resume', id } }
      : { label: 'Pause', action: { does: 'pause', id } },
    { label: 'Stop recording', action: { does: 'disarm', id } },
  );
  return { label, lines };
}

function headline(armed: number, recording: number, paused: number): string {
  if (armed === 0 && paused > 0) return 'paused';
  if (armed === 0) return 'not recording';
  const sources = armed === 1 ? 'source' : 'sources';
  if (recording === armed) return `recording ${recording} ${sources}`;
  return recording === 0 ? 'nothing is being recorded' : `recording ${recording} of ${armed} ${sources}`;
}

function line({ kind, sourceName }: Alarm): string {
  return sourceName === undefined ? alarmNames[kind] : `${alarmNames[kind]}: ${sourceName}`;
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
