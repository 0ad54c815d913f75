import { assertNever } from '../../shared/assertNever.ts';
import type { Section, SoundEvent, Verdict } from '../../shared/domain/section.ts';
import { wallTime } from './time.ts';

/** How far above the noise floor, in whole dB: `+23 dB`. */
export const scoreText = (score: number): string => `+${Math.round(score)} dB`;

/** The section that stands for the event: the one with the highest score. */
export function leading({ sections }: SoundEvent): Section {
  const [first] = sections;
  if (!first) throw new RangeError('An event has at least one section.');
  return first;
}

/** Wall clock of the beginning at the place of recording. */
export const eventTime = (event: SoundEvent): string => wallTime(event.from, leading(event).offsetMinutes);

/** What was done: `Starred`. */
export function verdictDone(verdict: Verdict | null): string {
  switch (verdict) {
    case 'keep':
      return 'Kept';
    case 'discard':
      return 'Discarded';
    case 'star':
      return 'Starred';
    case null:
      return 'Took back the verdict on';
    default:
      return assertNever(verdict);
  }
}

/** Names of the sources that heard it, the loudest first. */
export const sourceNames = ({ sections }: SoundEvent): string[] => [
  ...new Set(sections.map(({ sourceName }) => sourceName)),
];

/** The whole of an event in words, for assistive technology and tooltips. */
export function eventWords(event: SoundEvent): string {
  const { label } = leading(event);
  const parts = [
    eventTime(event),
    `${Math.round(event.score)} dB above the noise floor`,
    sourceNames(event).join(' and '),
  ];
  if (event.verdict !== undefined) parts.push(verdictDone(event.verdict).toLowerCase());
  if (label !== undefined && label !== '') parts.push(label);
  return parts.join(', ');
}
