import { join } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import {
  BLOCK_HEADER_BYTES,
  STREAM_INFO_BYTES,
  STREAM_MARKER,
  readStreamInfo,
  writeStreamInfo,
} from '../containers/flac/metadata.ts';
import { fitsPlainHeader, sizePatches } from '../containers/wav.ts';
import { type AnyUnits, openUnits, rateOf } from './units/openUnits.ts';
import type { FrameIndexes } from './frameIndexes.ts';

/** A recording as it was at one moment, also while it grows. */
export interface Snapshot {
  /** The start of the file as it then should be: with the duration of what is there. */
  readonly head: Uint8Array;
  /** Whole units of it, s. */
  readonly seconds: number;
}

const INFO_AT = STREAM_MARKER.length + BLOCK_HEADER_BYTES;

/** Reads what the first `size` bytes of a recording's file hold. Rejects with DAMAGED and Node errors. */
export async function takeSnapshot(
  fileSystem: Pick<FileSystem, 'openForReading'>,
  recording: Recording,
  size: number,
  frameIndexes: FrameIndexes,
): Promise<Snapshot> {
  const { root, path, container } = recording;
  const file = await fileSystem.openForReading(join(root, path));
  try {
    const read = (from: number, length: number) => file.read(from, Math.max(0, Math.min(length, size - from)));
    const units = await openUnits({ size, read }, container, { kept: await frameIndexes.get(recording) });
    await frameIndexes.keep(recording, units);
    const seconds = Math.max(0, units.end - units.origin) / rateOf(units);
    return { head: await headOf(units, read), seconds };
  } finally {
    await file.close();
  }
}

async function headOf(
  units: AnyUnits,
  read: (from: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (units.container === 'wav') {
    const { header, end } = units;
    const head = Uint8Array.from(await read(0, header.dataOffset));
    const dataBytes = end * header.frameBytes;
    if (!header.canBeWide && (header.form === 'RF64' || !fitsPlainHeader(header.dataOffset, dataBytes))) return head;
    for (const { offset, bytes } of sizePatches(header, dataBytes)) head.set(bytes, offset);
    return head;
  }
  if (units.container === 'flac' && units.shortHead.length > 0) {
    const head = Uint8Array.from(await read(0, INFO_AT + STREAM_INFO_BYTES));
    const info = readStreamInfo(head.subarray(INFO_AT));
    // Behind a tag the marker stands somewhere else; such a file is not one that grows.
    if (info) head.set(writeStreamInfo({ ...info, totalSamples: units.end }), INFO_AT);
    return info ? head : new Uint8Array(0);
  }
  return new Uint8Array(0);
}
