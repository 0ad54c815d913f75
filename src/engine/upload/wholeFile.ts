import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Container, Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { WholeFile } from './driver.ts';
import type { Entry } from './rows.ts';
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
      for await (const piece of unchanged(path, bytes, signal)) {
        await pace.take(piece.length, signal);
        yield piece;
      }
    },
    digest: async () => {
      const hash = createHash('sha256');
      for await (const piece of unchanged(path, bytes, signal)) hash.update(piece);
      return hash.digest('hex');
    },
  };
}

/** All of a file; where it was changed before its end was read, what came is no recording, and this throws. */
async function* unchanged(path: string, bytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const handle = await open(path);
  try {
    const before = await handle.stat({ bigint: true });
    let read = 0;
    if (bytes > 0) {
      const options = { highWaterMark: PIECE, start: 0, end: bytes - 1, autoClose: false, signal };
      for await (const piece of handle.createReadStream(options)) {
        if (!(piece instanceof Uint8Array)) continue;
        read += piece.length;
        yield piece;
      }
    }
    const after = await handle.stat({ bigint: true });
    if (read === bytes && after.size === BigInt(bytes) && after.mtimeNs === before.mtimeNs) return;
  } finally {
    await handle.close();
  }
  throw new LongtakeError(
    'DISK_ERROR',
    'The file of the recording was changed while it was sent. It is sent again by itself.',
  );
}

/**
 * The target may take as a file what it does not take in chunks. Where it may have been told to finish the session, it
 * would have both.
 */
export function canGoWhole({ way, live, part, asked }: Entry, code: string): boolean {
  return code === 'UPLOAD_REJECTED' && way === 'session' && !live && part === 1 && !asked;
}
