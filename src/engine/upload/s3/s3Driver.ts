import type { S3Target } from '../../../shared/domain/target.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { BodyForm } from '../body.ts';
import type {
  Chunk,
  Driver,
  DriverPorts,
  Finalized,
  Found,
  Limits,
  OpenedSession,
  Progress,
  Sent,
  SessionView,
  Totals,
  UploadMeta,
  WholeFile,
} from '../driver.ts';
import { folderOf, INIT, LIVE_PLAYLIST, MANIFEST, PLAYLIST, segmentName, sliceName } from './layout.ts';
import {
  livePlaylist,
  type Manifest,
  manifestSchema,
  playlist,
  type StoredChunk,
  type StoredObject,
} from './manifest.ts';
import { segmentsOf } from './segments.ts';
import { Store } from './store.ts';

const MB = 1024 * 1024;
/** The manifest is written after so many chunks; those behind it are found by their names. */
const MANIFEST_EVERY = 20;
/** Lists that are longer are written more rarely, so that they never cost more than the audio. */
const LONG_LIST = 1200;
/** Sessions whose manifest is kept in memory. */
const MOST_KEPT = 64;
/** Segments that are looked for behind the manifest at most: beyond that something else is wrong. */
const MOST_LOOKED_FOR = 2000;

/** A chunk that no recording has. */
const UNLIKE = { bytes: 0, sha256: new Uint8Array(0) };

interface Kept {
  readonly manifest: Manifest;
  /** Of the init segment, Hz; 0 before it came. */
  readonly timescale: number;
}

/**
 * Chunks as objects in a store of Amazon S3's kind. A session is a folder; what it has is told by a manifest, and by the
 * objects that came after it was last written. One chunk at a time, so that there is one writer of manifest and
 * playlist, and neither ever names what is not stored.
 */
export class S3Driver implements Driver {
  readonly #target: S3Target;
  readonly #ports: DriverPorts;
  readonly #store: Store;
  readonly #kept = new Map<string, Kept>();
  readonly limits: Limits;
  readonly wholeToo: boolean;

  constructor(target: S3Target, ports: DriverPorts) {
    this.#target = target;
    this.#ports = ports;
    this.#store = new Store(target, ports);
    this.wholeToo = target.wholeFile;
    const isCmaf = target.form === 'cmaf';
    this.limits = {
      chunkSeconds: 3,
      minChunkSeconds: 1,
      backlogChunkBytes: isCmaf ? MB : 4 * MB,
    };
  }

  form(): BodyForm {
    if (this.#target.form === 'slices') return { kind: 'recorded' };
    return { kind: 'cmaf', bitrate: this.#target.bitrate };
  }

  async probe(signal: AbortSignal): Promise<string> {
    const { name, bucket } = this.#target;
    const key = `longtake-test-${this.#ports.clock.now()}.txt`;
    await this.#store.put(
      key,
      Buffer.from('Longtake tries whether it may write here.\n'),
      { type: 'text/plain' },
      signal,
    );
    await this.#store.get(key, signal);
    await this.#store.remove(key, signal);
    return `${name} takes objects in bucket ${bucket}.`;
  }

  async open(meta: UploadMeta, signal: AbortSignal): Promise<OpenedSession> {
    const folder = folderOf(this.#target.prefix, meta);
    const known = await this.#find(folder, signal);
    const { recording, part, mimeType } = meta;
    const manifest: Manifest = known?.manifest ?? {
      version: 1,
      recording: recording.id,
      source: recording.sourceName,
      startedAt: recording.startedAt,
      part,
      mimeType,
      complete: false,
      chunks: [],
    };
    if (known && known.manifest.recording !== recording.id) {
      throw new LongtakeError('UPLOAD_REJECTED', `${folder} belongs to another recording. Choose another folder.`);
    }
    this.#keep(folder, { manifest, timescale: known?.timescale ?? 0 });
    const digests = await this.#writeManifest(folder, manifest, signal);
    return this.#session(folder, digests);
  }

  #session(folder: string, digests: boolean): OpenedSession {
    return {
      sessionId: folder,
      maxChunkBytes: 16 * MB,
      maxInFlight: 1,
      digests,
      ...(this.#target.form === 'cmaf' ? { liveLink: this.#address(`${folder}/${LIVE_PLAYLIST}`) } : {}),
    };
  }

  async opened(_key: string, meta: UploadMeta, signal: AbortSignal): Promise<string | undefined> {
    const folder = folderOf(this.#target.prefix, meta);
    const known = await this.#find(folder, signal);
    return known?.manifest.recording === meta.recording.id && known.manifest.chunks.length === 0 ? folder : undefined;
  }

  /** A recording has the same folder each time. */
  async find(meta: UploadMeta, _bytes: number, signal: AbortSignal): Promise<Found | undefined> {
    const folder = folderOf(this.#target.prefix, meta);
    this.#kept.delete(folder);
    const known = await this.#find(folder, signal);
    const { recording, chunks = [], mimeType } = known?.manifest ?? {};
    if (recording !== meta.recording.id || chunks.length === 0) return undefined;
    return {
      type: 'session',
      session: this.#session(folder, true),
      // What was sent in another form is other audio.
      chunks:
        mimeType === meta.mimeType
          ? chunks.map(({ bytes, sha256 }) => ({ bytes, sha256: Buffer.from(sha256, 'hex') }))
          : [UNLIKE],
    };
  }

  async send(sessionId: string, chunk: Chunk, signal: AbortSignal): Promise<Sent> {
    const kept = await this.#find(sessionId, signal);
    if (!kept) return { type: 'gone', reason: `${this.#target.name} has nothing of this session any more.` };
    const { chunks, complete } = kept.manifest;
    const sha256 = Buffer.from(chunk.sha256).toString('hex');
    if (chunk.index <= chunks.length) {
      if (chunks[chunk.index - 1]?.sha256 === sha256) return { type: 'stored' };
      return {
        type: 'gone',
        reason: `${this.#target.name} has other audio there: it is sent in a session of its own.`,
      };
    }
    if (complete) return { type: 'gone', reason: 'The session is finished.' };
    if (chunk.index > chunks.length + 1) return { type: 'expected', index: chunks.length + 1 };
    const { objects, timescale } = await this.#storeObjects(sessionId, kept, chunk, sha256, signal);
    const manifest = { ...kept.manifest, chunks: [...chunks, { sha256, bytes: chunk.bytes.length, objects }] };
    // What is stored is listed; a list that could not be written is written with the same chunk again.
    const every = 1 + Math.floor(chunk.index / LONG_LIST);
    await this.#publishLive(sessionId, manifest, signal);
    if (chunk.index % every === 0) {
      await this.#publish(sessionId, manifest, chunk.index % (MANIFEST_EVERY * every) === 0, signal);
    }
    this.#keep(sessionId, { manifest, timescale });
    return { type: 'stored' };
  }

  async look(sessionId: string, signal: AbortSignal): Promise<SessionView> {
    this.#kept.delete(sessionId);
    const kept = await this.#find(sessionId, signal);
    if (!kept) return { status: 'gone', chunks: 0, bytes: 0, expected: 1, text: 'There is no such folder.' };
    const { chunks, complete } = kept.manifest;
    return {
      status: complete ? 'finalized' : 'open',
      chunks: chunks.length,
      bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
      expected: chunks.length + 1,
      ...(complete ? { recordingId: sessionId } : {}),
    };
  }

  async finalize(sessionId: string, totals: Totals, _meta: UploadMeta, signal: AbortSignal): Promise<Finalized> {
    const kept = await this.#find(sessionId, signal);
    if (!kept) return { type: 'gone', reason: `${this.#target.name} has nothing of this session any more.` };
    const { manifest } = kept;
    const missing = Array.from(
      { length: totals.chunks - manifest.chunks.length },
      (_, at) => manifest.chunks.length + at + 1,
    );
    if (missing.length > 0) return { type: 'missing', indexes: missing };
    const complete = { ...manifest, complete: true };
    await this.#publish(sessionId, complete, false, signal);
    await this.#publishLive(sessionId, complete, signal);
    // Last: with it the session is finished, and nobody would write its lists again.
    await this.#writeManifest(sessionId, complete, signal);
    this.#keep(sessionId, { ...kept, manifest: complete });
    return { type: 'accepted', recordingId: sessionId, link: this.#link(sessionId) };
  }

  async follow(recordingId: string, signal: AbortSignal): Promise<Progress> {
    const kept = await this.#find(recordingId, signal);
    return kept?.manifest.complete === true
      ? { state: 'completed', link: this.#link(recordingId) }
      : { state: 'failed', text: `${this.#target.name} has nothing of it any more.` };
  }

  async discard(sessionId: string, signal: AbortSignal): Promise<void> {
    this.#kept.delete(sessionId);
    for (;;) {
      const keys = await this.#store.list(sessionId, signal);
      // The manifest goes last: a folder that is half empty is still known for what it was.
      const others = keys.filter((key) => !key.endsWith(`/${MANIFEST}`));
      for (const key of others.length > 0 ? others : keys) await this.#store.remove(key, signal);
      if (keys.length === 0) return;
    }
  }

  async whole(file: WholeFile, meta: UploadMeta, signal: AbortSignal): Promise<{ recordingId: string; link: string }> {
    const key = `${folderOf(this.#target.prefix, meta)}/${meta.fileName}`;
    await this.#store.putLarge(key, file, signal);
    return { recordingId: key, link: this.#address(key) };
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #storeObjects(
    folder: string,
    { manifest, timescale: known }: Kept,
    chunk: Chunk,
    sha256: string,
    signal: AbortSignal,
  ): Promise<{ readonly objects: StoredObject[]; readonly timescale: number }> {
    const { mimeType, chunks } = manifest;
    let timescale = known;
    let ordinal = chunks.flatMap(({ objects }) => objects).filter(({ seconds }) => seconds !== undefined).length;
    const parts =
      this.#target.form === 'cmaf'
        ? segmentsOf(chunk.bytes).map((part) => {
            if (part.kind === 'init') {
              timescale = part.timescale;
              return { name: INIT, bytes: part.bytes, type: 'audio/mp4' };
            }
            ordinal += 1;
            const seconds = timescale > 0 ? part.samples / timescale : 0;
            return { name: segmentName(ordinal), bytes: part.bytes, type: 'audio/mp4', seconds };
          })
        : [{ name: sliceName(chunk.index, mimeType), bytes: chunk.bytes, type: mimeType }];
    const objects: StoredObject[] = [];
    for (const [at, { name, bytes, type, ...rest }] of parts.entries()) {
      const seconds = 'seconds' in rest ? rest.seconds : undefined;
      const metadata = {
        chunk: String(chunk.index),
        sha256,
        'chunk-bytes': String(chunk.bytes.length),
        part: `${at + 1}/${parts.length}`,
        ...(seconds === undefined ? {} : { seconds: String(seconds) }),
        ...(timescale > 0 ? { timescale: String(timescale) } : {}),
      };
      await this.#store.put(`${folder}/${name}`, bytes, { type, metadata }, signal);
      objects.push({ name, bytes: bytes.length, ...(seconds === undefined ? {} : { seconds }) });
    }
    return { objects, timescale };
  }

  /** The playlist names what is stored; the manifest follows now and then. */
  async #publish(folder: string, manifest: Manifest, withManifest: boolean, signal: AbortSignal): Promise<void> {
    if (withManifest) await this.#writeManifest(folder, manifest, signal);
    if (this.#target.form !== 'cmaf') return;
    const options = { type: 'application/vnd.apple.mpegurl', changes: !manifest.complete };
    await this.#store.put(`${folder}/${PLAYLIST}`, Buffer.from(playlist(manifest)), options, signal);
  }

  /** The list of the last minute is as short after a day as at the beginning: it is written with every chunk. */
  async #publishLive(folder: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
    if (this.#target.form !== 'cmaf') return;
    const options = { type: 'application/vnd.apple.mpegurl', changes: true };
    await this.#store.put(`${folder}/${LIVE_PLAYLIST}`, Buffer.from(livePlaylist(manifest)), options, signal);
  }

  #writeManifest(folder: string, manifest: Manifest, signal: AbortSignal): Promise<boolean> {
    const options = { type: 'application/json', changes: true };
    return this.#store.put(`${folder}/${MANIFEST}`, Buffer.from(JSON.stringify(manifest)), options, signal);
  }

  /** What a session has; undefined when there is none. */
  async #find(folder: string, signal: AbortSignal): Promise<Kept | undefined> {
    const known = this.#kept.get(folder);
    if (known) return known;
    const bytes = await this.#store.get(`${folder}/${MANIFEST}`, signal);
    const parsed = bytes && manifestSchema.safeParse(parsedJson(bytes));
    if (!parsed?.success) return undefined;
    const kept = await this.#later(folder, parsed.data, signal);
    this.#keep(folder, kept);
    return kept;
  }

  /** Adds the chunks that were stored after the manifest was written, as far as they are whole. */
  async #later(folder: string, manifest: Manifest, signal: AbortSignal): Promise<Kept> {
    const chunks = [...manifest.chunks];
    let timescale = 0;
    let objects: StoredObject[] = [];
    let ordinal = chunks.flatMap((chunk) => chunk.objects).filter(({ seconds }) => seconds !== undefined).length;
    const isCmaf = this.#target.form === 'cmaf';
    if (isCmaf) {
      const init = await this.#store.head(`${folder}/${INIT}`, signal);
      timescale = Number(init?.metadata['timescale'] ?? 0);
      if (init && chunks.length === 0) objects.push({ name: INIT, bytes: init.bytes });
      if (init?.metadata['part'] === '1/1' && chunks.length === 0) {
        chunks.push(chunkOf(init.metadata, objects));
        objects = [];
      }
    }
    for (let looked = 0; looked < MOST_LOOKED_FOR && !manifest.complete; looked += 1) {
      const name = isCmaf ? segmentName(ordinal + 1) : sliceName(chunks.length + 1, manifest.mimeType);
      const found = await this.#store.head(`${folder}/${name}`, signal);
      if (!found || Number(found.metadata['chunk']) !== chunks.length + 1) break;
      ordinal += 1;
      const seconds = found.metadata['seconds'];
      objects.push({ name, bytes: found.bytes, ...(seconds === undefined ? {} : { seconds: Number(seconds) }) });
      const [part, of] = (found.metadata['part'] ?? '').split('/');
      if (part !== of) continue;
      chunks.push(chunkOf(found.metadata, objects));
      objects = [];
    }
    return { manifest: { ...manifest, chunks }, timescale };
  }

  #keep(folder: string, kept: Kept): void {
    this.#kept.delete(folder);
    this.#kept.set(folder, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  #link(folder: string): string {
    return this.#address(`${folder}/${this.#target.form === 'cmaf' ? PLAYLIST : MANIFEST}`);
  }

  #address(key: string): string {
    const { endpoint, bucket, region, pathStyle } = this.#target;
    const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    if (!pathStyle) base.hostname = `${bucket}.${base.hostname}`;
    const path = [...(pathStyle ? [bucket] : []), ...key.split('/')].map(encodeURIComponent).join('/');
    return `${base.origin}${base.pathname.replace(/\/$/, '')}/${path}`;
  }
}

function chunkOf(metadata: Readonly<Record<string, string>>, objects: readonly StoredObject[]): StoredChunk {
  return { sha256: metadata['sha256'] ?? '', bytes: Number(metadata['chunk-bytes'] ?? 0), objects: [...objects] };
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // No manifest of ours: the folder counts as unknown.
    return undefined;
  }
}
