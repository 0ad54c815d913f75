import { latin1 } from '../../engine/containers/bytes.ts';

const HEADER_BYTES = 8;
const WIDE_HEADER_BYTES = 16;
/** No box that has to be looked into is larger: a fragment of some minutes, the description of a file. */
export const LARGEST_BOX = 64 * 1024 * 1024;

/** A box of ISO/IEC 14496-12 4.2. */
export interface Box {
  readonly type: string;
  /** Without the header. */
  readonly payload: Uint8Array;
  /** Of the header, bytes. */
  readonly headerBytes: number;
}

export interface BoxHeader {
  readonly type: string;
  /** With the header; Infinity: to the end of the file. */
  readonly bytes: number;
  readonly headerBytes: number;
}

/** The header of the box at `at`; undefined while bytes of it are missing. */
export function boxHeader(bytes: Uint8Array, at: number): BoxHeader | undefined {
  if (bytes.length - at < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = latin1(bytes, at + 4, at + 8);
  const size = view.getUint32(at);
  if (size !== 1) return { type, bytes: size === 0 ? Infinity : size, headerBytes: HEADER_BYTES };
  if (bytes.length - at < WIDE_HEADER_BYTES) return undefined;
  return { type, bytes: Number(view.getBigUint64(at + 8)), headerBytes: WIDE_HEADER_BYTES };
}

/** The boxes that a box holds, as far as they are whole. */
export function* children(payload: Uint8Array): Generator<Box> {
  let at = 0;
  for (;;) {
    const header = boxHeader(payload, at);
    if (!header || header.bytes < header.headerBytes || at + header.bytes > payload.length) return;
    yield {
      type: header.type,
      payload: payload.subarray(at + header.headerBytes, at + header.bytes),
      headerBytes: header.headerBytes,
    };
    at += header.bytes;
  }
}

/** The payload of the first box at this path. */
export function find(payload: Uint8Array, ...path: readonly string[]): Uint8Array | undefined {
  const [type, ...rest] = path;
  if (type === undefined) return payload;
  for (const box of children(payload)) {
    if (box.type !== type) continue;
    const found = find(box.payload, ...rest);
    if (found) return found;
  }
  return undefined;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
