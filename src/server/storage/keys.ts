/** Sessions lie below this. */
export const SESSIONS = '_sessions/';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CHUNK_NAME = /^chunk-(\d{6,9})\.bin$/;

/** As the server makes them. Anything else is nobody's session, and never part of a path. */
export const isSessionId = (text: string): boolean => UUID.test(text);

export const sessionFolder = (id: string): string => `${SESSIONS}${id}/`;
export const sessionKey = (id: string): string => `${sessionFolder(id)}session.json`;
/** `index` counts from 1. */
export const chunkKey = (id: string, index: number): string =>
  `${sessionFolder(id)}chunk-${String(index).padStart(6, '0')}.bin`;

/** The index of the chunk that has this name; undefined when it is no chunk. */
export function chunkIndexOf(name: string): number | undefined {
  const index = Number(CHUNK_NAME.exec(name)?.[1] ?? 0);
  return index > 0 ? index : undefined;
}

/** A recording's folder below the folder of keys `output`. */
export const recordingFolder = (output: string, id: number): string => `${output}/${id}/`;
export const recordingKey = (output: string, id: number): string => `${recordingFolder(output, id)}recording.json`;
export const audioKey = (output: string, id: number, extension: string): string =>
  `${recordingFolder(output, id)}audio.${extension}`;
