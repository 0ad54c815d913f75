import { count } from '../../format/quantity.ts';
import type { ExportContent, ExportFormat, ExportRequest } from '../../stores/exports.ts';

type Shape = ExportRequest['shape'];

/** What a person has chosen, as they typed it. */
export interface ExportChoice {
  readonly shape: Shape;
  readonly format: 'cut' | 'wav' | 'flac' | 'mp3' | 'opus' | 'm4a';
  /** s */
  readonly fadeIn: string;
  readonly fadeOut: string;
  /** dB */
  readonly gain: string;
  /** Labels for Audacity beside the audio. */
  readonly labels: boolean;
}

export const EMPTY_CHOICE: ExportChoice = {
  shape: 'one',
  format: 'cut',
  fadeIn: '',
  fadeOut: '',
  gain: '',
  labels: false,
};

interface Problems {
  readonly fadeIn: string | undefined;
  readonly fadeOut: string | undefined;
  readonly gain: string | undefined;
}

export function problemsOf({ fadeIn, fadeOut, gain }: ExportChoice): Problems {
  return {
    fadeIn: outside(fadeIn, 0, 60) ? 'Enter 0 to 60 seconds.' : undefined,
    fadeOut: outside(fadeOut, 0, 60) ? 'Enter 0 to 60 seconds.' : undefined,
    gain: outside(gain, -60, 60) ? 'Enter -60 to 60 dB.' : undefined,
  };
}

/** Undefined while something is wrong. */
export function formatOf(choice: ExportChoice): ExportFormat | undefined {
  const { shape, format } = choice;
  if (format === 'cut' || (shape !== 'one' && shape !== 'each')) return { kind: 'cut' };
  if (Object.values(problemsOf(choice)).some((problem) => problem !== undefined)) return undefined;
  return {
    kind: 'convert',
    to: format,
    ...optional('fadeInMs', choice.fadeIn, 1000),
    ...optional('fadeOutMs', choice.fadeOut, 1000),
    ...optional('gainDb', choice.gain, 1),
  };
}

/** What can be made of this content. */
export function shapesFor(content: ExportContent): readonly { readonly value: Shape; readonly label: string }[] {
  const table = [
    { value: 'csv' as const, label: 'Table (CSV)' },
    { value: 'audacity labels' as const, label: 'Labels' },
  ];
  const several = [
    { value: 'each' as const, label: 'A file each' },
    { value: 'one' as const, label: 'One file' },
  ];
  switch (content.kind) {
    case 'range':
      return [{ value: 'one', label: 'One file' }];
    case 'recordings':
      return content.ids.length === 1 ? [{ value: 'one', label: 'One file' }] : several;
    case 'sections':
      return content.ids.length === 1 ? [{ value: 'one', label: 'One file' }, ...table] : [...several, ...table];
    case 'reel':
      return [...several, ...table];
  }
}

/** Whether there are sections to label. */
export const hasSections = ({ kind }: ExportContent): boolean => kind === 'sections' || kind === 'reel';

/** What the labels go with. */
export function labelWords(shape: Shape): string {
  return shape === 'one'
    ? 'At their times in this file.'
    : 'For Audacity: one file for each recording, at the times in it.';
}

export function contentWords(content: ExportContent): string {
  switch (content.kind) {
    case 'range':
      return `${(content.range.toSeconds - content.range.fromSeconds).toFixed(1)} s of a recording.`;
    case 'recordings':
      return `${count(content.ids.length, 'recording')}.`;
    case 'sections':
      return `${count(content.ids.length, 'section')}.`;
    case 'reel':
      return `All sections of ${content.day} that have a star, in order of time.`;
  }
}

function outside(text: string, least: number, most: number): boolean {
  if (text.trim() === '') return false;
  const value = numberOf(text);
  return !(value >= least && value <= most);
}

/** People type a comma in half of the world. */
const numberOf = (text: string): number => Number(text.trim().replace(',', '.'));

function optional(name: 'fadeInMs' | 'fadeOutMs' | 'gainDb', text: string, factor: number) {
  return text.trim() === '' ? {} : { [name]: numberOf(text) * factor };
}
