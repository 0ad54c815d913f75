import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Container, Recording } from '../../shared/domain/recording.ts';
import type { WholeFile } from './driver.ts';
import type { TokenBucket } from './tokenBucket.ts';

const PIECE = 64 * 1024;

const mimeTypes: Readonly<Record<Container, string>> = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  adts: 'audio/aac',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
};

export const fileMimeType = (container: Container): string => mimeTypes[container];

export interface FileOnDisk {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly recording: Pick<Recording, 'path' | 'container'>;
  readonly again: boolean;
}

/** A recording as one file, read no faster than the limit of the bandwidth allows. */
export function wholeFile(
  { path, bytes, recording, again }: FileOnDisk,
  pace: TokenBucket,
  signal: AbortSignal,
): WholeFile {
  return {
    name: basename(recording.path),
    mimeType: fileMimeType(recording.container),
    bytes,
    again,
    read: async function* () {
      if (bytes === 0) return;
      for await (const piece of createReadStream(path, { highWaterMark: PIECE, end: bytes - 1, signal })) {
        if (!(piece instanceof Uint8Array)) continue;
        await pace.take(piece.length, signal);
        yield piece;
      }
    },
  };
}
