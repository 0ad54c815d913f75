import { mediaAddress, mediaUrl, request } from '../bridge/bridge.ts';
import { MAX_CLIP_SECONDS } from '../../shared/contract/clips.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Section, SoundEvent } from '../../shared/domain/section.ts';
import type { Stretch } from './playerDeck.ts';
import { lengthOf } from './playerLength.ts';

/** So much after a section is played with it, s. */
const TAIL_S = 0.5;
/** Parts that were prepared last. */
const MOST_PREPARED = 16;

/** The sections of an event that one source heard, in the order of time: several when it went on over a boundary. */
export function partsOf(event: SoundEvent, sourceId?: Section['sourceId']): readonly Section[] {
  const wanted = sourceId ?? event.sections[0]?.sourceId;
  return event.sections.filter((section) => section.sourceId === wanted).toSorted((a, b) => a.from - b.from);
}

/** A section that can be played at once. */
export interface PreparedPart {
  readonly recording: Recording;
  readonly stretch: Stretch;
  /** What is played of it, s from the start of the recording, also before it: with some time before and after the section. */
  readonly from: number;
  readonly to: number;
}

const prepared = new Map<string, Promise<PreparedPart>>();

/**
 * Makes the clip of a section; the same one again is there at once. `reachesBack`: its pre-roll goes on into the
 * recording before, where nothing is missing in between.
 */
export function preparePart(section: Section, reachesBack: boolean): Promise<PreparedPart> {
  const key = `${section.id} ${section.toSeconds} ${reachesBack}`;
  const part = prepared.get(key) ?? makePart(section, reachesBack);
  prepared.delete(key);
  prepared.set(key, part);
  const [oldest] = prepared.keys();
  if (prepared.size > MOST_PREPARED && oldest !== undefined) prepared.delete(oldest);
  part.catch(() => prepared.delete(key));
  return part;
}

/** Recordings are others now, or are played with another pre-roll. */
export function forgetPrepared(): void {
  prepared.clear();
}

async function makePart(section: Section, reachesBack: boolean): Promise<PreparedPart> {
  const [recording, { preRollSeconds }] = await Promise.all([
    request('library.recording', { id: section.recordingId }),
    request('analysis.settings', { sourceId: section.sourceId }),
  ]);
  const from = Math.max(reachesBack ? -Infinity : 0, section.fromSeconds - preRollSeconds);
  const end = Math.max(section.toSeconds, Math.min(lengthOf(recording), section.toSeconds + TAIL_S));
  const to = Math.min(end, from + MAX_CLIP_SECONDS);
  const stretch = await clipOf(recording, from, to);
  return { recording, stretch, from: Math.max(from, stretch.from), to };
}

async function clipOf(recording: Recording, fromSeconds: number, toSeconds: number): Promise<Stretch> {
  const clip = await request('clips.prepare', { recordingId: recording.id, fromSeconds, toSeconds });
  return {
    url: mediaAddress(clip.url),
    base: clip.fromSeconds - clip.leadSeconds,
    from: clip.fromSeconds,
    to: clip.toSeconds,
  };
}

/** A browser finds a position in these by guessing, or by reading all that comes before it. */
const isGuessed = ({ container }: Recording): boolean => container === 'mp3' || container === 'adts';

/**
 * What a recording is heard from at a position on: itself, where a browser finds positions in it exactly; else a slice
 * that begins there. One that is being recorded is heard up to now.
 */
export async function fileStretch(recording: Recording, at: number): Promise<Stretch> {
  const isOpen = recording.state === 'recording';
  if (!isOpen && (at <= 0 || !isGuessed(recording))) return wholeOf(recording);
  const length = lengthOf(recording);
  if (isGuessed(recording) && at > 0 && at < length) {
    return clipOf(recording, at, Math.min(length, at + MAX_CLIP_SECONDS));
  }
  if (!isOpen) return wholeOf(recording);
  const { url, durationSeconds } = await request('recordings.playable', { id: recording.id });
  return { url: mediaAddress(url), base: 0, from: 0, to: durationSeconds };
}

/** Whether a position can be gone to exactly in what is open. */
export function reaches(stretch: Stretch | undefined, recording: Recording, at: number): boolean {
  if (!stretch || at < stretch.from || at >= stretch.to) return false;
  return at <= 0 || !isGuessed(recording) || stretch.url !== mediaUrl(recording.id);
}

function wholeOf(recording: Recording): Stretch {
  return { url: mediaUrl(recording.id), base: 0, from: 0, to: Infinity };
}
