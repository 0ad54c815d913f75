import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Body } from './body.ts';
import type { CutChunk } from './chunkStore.ts';
import type { Found } from './driver.ts';
import type { Entry } from './rows.ts';
import type { TargetLine } from './targetLine.ts';
import { ACCEPTED, afresh, FOLLOW_MS, sessionChanges, solved } from './turns.ts';
import { metaOf } from './uploadMeta.ts';
import type { UploadStore } from './uploadStore.ts';
import { Sleeper } from './wait.ts';

/** A body that an encoder makes, or that is read for the first time, is looked at so often for how long it is. */
const LOOK_MS = 250;

export interface SeekPorts {
  readonly store: UploadStore;
  readonly line: TargetLine;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the recording's file is. Throws NOT_FOUND when it is gone. */
  readonly path: () => string;
  readonly talk: <Value>(work: () => Promise<Value>) => Promise<Value>;
  readonly signal: AbortSignal;
}

/**
 * Asks a target what it has of a recording from before, and compares it with what is here, so that it is not sent twice.
 * True when the upload goes on from what was found, or is there already.
 */
export async function seek(entry: Entry, body: Body, ports: SeekPorts): Promise<boolean> {
  const { line, log, signal, talk } = ports;
  // Of what is closed, all is known before it is asked for.
  if (!entry.live) await reach(body, Infinity, signal);
  const { bytes } = await body.stable();
  const found = await talk(async () => line.driver.find?.(metaOf(entry, body.mimeType), bytes, signal));
  if (!found) return false;
  const isTaken =
    found.type === 'session' ? await adopt(entry, body, found, ports) : await take(entry, body, found, ports);
  log.info('A target has something of a recording from before.', { uploadId: entry.id, found: found.type, isTaken });
  return isTaken;
}

/** Goes on with a session, where every chunk in it is what is here. */
async function adopt(
  entry: Entry,
  body: Body,
  { session, chunks }: Extract<Found, { type: 'session' }>,
  { store, clock, signal }: SeekPorts,
): Promise<boolean> {
  const known: CutChunk[] = [];
  let at = 0;
  for (const [place, { bytes, sha256 }] of chunks.entries()) {
    const chunk = { index: place + 1, from: at, to: at + bytes, sha256 };
    at = chunk.to;
    const isSame = (await reach(body, at, signal)) && equal(await hashOf(body.read(chunk.from, at)), sha256);
    if (!isSame) {
      // Other audio, which nobody can go on with.
      store.change(entry.id, { unwantedSession: session.sessionId });
      return false;
    }
    known.push(chunk);
  }
  store.together(() => {
    store.chunks.clear(entry.number);
    for (const chunk of known) {
      store.chunks.add(entry.number, chunk);
      store.chunks.markStored(entry.number, chunk.index);
    }
    store.move(entry.id, 'opened', {
      ...afresh,
      ...solved,
      ...sessionChanges(session, clock.now()),
      safeBytes: at,
    });
  });
  return true;
}

/** The target has made a recording of it, or of its beginning: then the rest goes into another part. */
async function take(
  entry: Entry,
  body: Body,
  { recordingId, link, of, bytes, sha256 }: Extract<Found, { type: 'recording' }>,
  { store, clock, path, signal }: SeekPorts,
): Promise<boolean> {
  const isFile = of === 'file';
  if (isFile && (entry.live || entry.part > 1 || (await stat(path())).size !== bytes)) return false;
  if (!isFile && !(await reach(body, bytes, signal))) return false;
  const here = isFile ? createReadStream(path(), { signal }) : body.read(0, bytes);
  if (sha256 && !equal(await hashOf(here), sha256)) return false;
  const stable = await body.stable();
  const isAll = isFile || (stable.ended && stable.bytes === bytes);
  const filePosition = isAll ? 0 : await body.filePosition(bytes);
  store.together(() => {
    store.move(entry.id, 'accepted', {
      ...ACCEPTED,
      remoteId: recordingId,
      nextTryAt: clock.now() + FOLLOW_MS,
      bytes,
      safeBytes: bytes,
      digests: sha256 !== undefined,
      ...(isAll ? {} : { endsAt: bytes }),
      ...(link === undefined ? {} : { link }),
    });
    if (!isAll) store.addPart(entry, filePosition);
  });
  return true;
}

/** Waits until so much of a body is stable; false when it ends before. */
async function reach(body: Body, bytes: number, signal: AbortSignal): Promise<boolean> {
  const sleeper = new Sleeper();
  for (;;) {
    const stable = await body.stable();
    if (stable.bytes >= bytes || stable.ended) return stable.bytes >= bytes;
    await sleeper.sleep(LOOK_MS, signal);
  }
}

async function hashOf(pieces: AsyncIterable<unknown>): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of pieces) if (piece instanceof Uint8Array) hash.update(piece);
  return hash.digest();
}

const equal = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
