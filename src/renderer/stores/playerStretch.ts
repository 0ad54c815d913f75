import { mediaUrl } from '../bridge/bridge.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Section, SoundEvent } from '../../shared/domain/section.ts';
import { lengthMs } from '../format/recording.ts';
import type { Stretch } from './playerDeck.ts';

/** So much after a section is played with it, s. */
const TAIL_S = 0.5;

/** The recording as one piece. */
export function wholeOf(recording: Recording): Stretch {
  return { url: mediaUrl(recording.id), base: 0, from: 0, to: Infinity };
}

/** What is played of a section, s from the start of its recording: with some time before and after it. */
export function partOf(section: Section, recording: Recording, preRollSeconds: number): { from: number; to: number } {
  const length = lengthMs(recording) / 1000;
  return {
    from: Math.max(0, section.fromSeconds - preRollSeconds),
    to: Math.max(section.fromSeconds, Math.min(length, section.toSeconds + TAIL_S)),
  };
}

/** The sections of an event that one source heard, in the order of time: several when it went on over a boundary. */
export function partsOf(event: SoundEvent, sourceId?: Section['sourceId']): readonly Section[] {
  const wanted = sourceId ?? event.sections[0]?.sourceId;
  return event.sections.filter((section) => section.sourceId === wanted).toSorted((a, b) => a.from - b.from);
}
