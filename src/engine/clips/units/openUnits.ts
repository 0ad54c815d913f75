import type { Container } from '../../../shared/domain/recording.ts';
import { assertNever } from '../../../shared/assertNever.ts';
import { FlacUnits } from './flacUnits.ts';
import { FrameUnits, type KnownFrames } from './frameUnits.ts';
import { OggUnits } from './oggUnits.ts';
import type { ByteReader } from './unitFile.ts';
import { WavUnits } from './wavUnits.ts';

/** The units of a file of any container. */
export type AnyUnits = WavUnits | FlacUnits | FrameUnits | OggUnits;

/** Throws DAMAGED, and Node errors of the disk. */
export function openUnits(reader: ByteReader, container: Container, known: KnownFrames = {}): Promise<AnyUnits> {
  switch (container) {
    case 'wav':
      return WavUnits.open(reader);
    case 'flac':
      return FlacUnits.open(reader);
    case 'mp3':
    case 'adts':
      return FrameUnits.open(reader, container, known);
    case 'ogg':
      return OggUnits.open(reader);
    default:
      return assertNever(container);
  }
}

/** Hz; positions count at this rate. */
export function rateOf(units: AnyUnits): number {
  switch (units.container) {
    case 'wav':
      return units.header.sampleRate;
    case 'flac':
      return units.headers.format.sampleRate;
    case 'ogg':
      return units.headers.sampleRate;
    case 'mp3':
    case 'adts':
      return units.format.sampleRate;
  }
}
