import { type FileHandle, open } from 'node:fs/promises';

/** What tells one state of an audio file from another. */
export interface FileState {
  readonly bytes: number;
  /** ms since 1970 UTC. */
  readonly modifiedAt: number;
}

/** What a cache file tells of the audio that it was made from. */
export interface AudioState extends FileState {
  readonly frames: number;
  /** Hz. */
  readonly sampleRate: number;
}

export const isSameState = (one: FileState, other: FileState): boolean =>
  one.bytes === other.bytes && one.modifiedAt === other.modifiedAt;

export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Shorter only at the end of the file. The buffer begins at an even address. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

export async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** The bytes of numbers, and numbers of bytes that begin where such numbers may. */
export const bytesOf = (numbers: Int16Array | Uint16Array | Float32Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** Where a cache file is until it is whole. */
export const unfinished = (path: string): string => `${path}.unfinished`;
