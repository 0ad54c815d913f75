import { join } from 'node:path';
import type { Clip } from '../../shared/contract/clips.ts';
import type { Container, Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { type RecordingId, recordingId } from '../../shared/units.ts';
import { type ClipRequest, type PreparedClip, prepareClip } from '../clips/clip.ts';
import { FrameIndexes, type IndexFolder } from '../clips/frameIndexes.ts';
import { type MediaBody, fileBody } from '../clips/mediaBody.ts';
import { type Snapshot, takeSnapshot } from '../clips/snapshot.ts';
import type { Library } from '../library/library.ts';

const mimeTypes = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  adts: 'audio/aac',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
} as const satisfies Record<Container, string>;

const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const WHOLE = new RegExp(`^recording/(${ID})(?:/(\\d{1,15}))?$`, 'i');
const CLIP = new RegExp(`^clip/(${ID})/(-?\\d{1,12})-(\\d{1,13})$`, 'i');

/** Clips that were prepared last; some hold their bytes. */
const MOST_CLIPS = 12;
const MOST_SNAPSHOTS = 4;
/** What a decoder needs before a clip lies within so many seconds. */
const LEAD_SECONDS = 2;

export interface MediaPorts {
  readonly fileSystem: FileSystem;
  readonly library: () => Library;
  /** Where indexes of frames are kept; absent: in memory. */
  readonly indexes?: IndexFolder;
}

/** A recording as one piece of audio to play. */
export interface Playable {
  /** Path below the media protocol. */
  readonly url: string;
  readonly mimeType: string;
  readonly durationSeconds: number;
}

/**
 * Audio by its address: `recording/<id>`, `recording/<id>/<bytes>` for the first bytes of one that grows, and
 * `clip/<id>/<from>-<to>` in sample frames. An address says everything, so it is as good after a restart.
 */
export class Media {
  readonly #ports: MediaPorts;
  readonly #frameIndexes: FrameIndexes;
  readonly #clips = new Map<string, Promise<PreparedClip>>();
  readonly #snapshots = new Map<string, Promise<Snapshot>>();

  constructor(ports: MediaPorts) {
    this.#ports = ports;
    this.#frameIndexes = new FrameIndexes(ports.indexes);
  }

  /** Rejects with NOT_FOUND, DAMAGED, INVALID_INPUT, CONFLICT, and Node errors. */
  async open(address: string): Promise<MediaBody> {
    const whole = WHOLE.exec(address);
    if (whole) return this.#openRecording(whole[1] ?? '', whole[2]);
    const clip = CLIP.exec(address);
    if (!clip) throw new LongtakeError('NOT_FOUND', 'There is no such audio.');
    const [, id = '', from, to] = clip;
    const recording = this.#recording(recordingId(id.toLowerCase()));
    const made = await this.#prepare(recording, Number(from), Number(to));
    return { ...made, mimeType: mimeTypes[made.container] };
  }

  /** Finds a clip and says where it is; nothing is read of it but what that takes. */
  async prepareClip(id: RecordingId, fromSeconds: number, toSeconds: number): Promise<Clip> {
    const recording = this.#recording(id);
    const rate = recording.format.sampleRate;
    const [from, to] = [Math.round(fromSeconds * rate), Math.round(toSeconds * rate)];
    const clip = await this.#prepare(recording, from, Math.max(to, from + 1));
    return {
      url: `clip/${id}/${clip.from}-${clip.to}`,
      mimeType: mimeTypes[clip.container],
      fromSeconds: clip.from / clip.sampleRate,
      toSeconds: clip.to / clip.sampleRate,
      leadSeconds: clip.lead / clip.sampleRate,
    };
  }

  /** A stretch of one recording, with what a decoder needs before it; `from` and `to` in s from its start. */
  sliceOf(id: RecordingId, from: number, to: number): { readonly recording: Recording; readonly slice: ClipRequest } {
    const recording = this.#recording(id);
    const rate = recording.format.sampleRate;
    const end = recording.state === 'recording' ? Infinity : recording.samples;
    const first = Math.round(from * rate);
    const last = Math.max(first + 1, Math.min(end, Math.round(to * rate)));
    return { recording, slice: clipRequest(this.#ports.library(), recording, first, last) };
  }

  /** How to play a recording from its beginning; one that is being recorded: up to now. */
  async playable(id: RecordingId): Promise<Playable> {
    const recording = this.#recording(id);
    const mimeType = mimeTypes[recording.container];
    if (recording.state !== 'recording') {
      const durationSeconds = recording.samples / recording.format.sampleRate;
      return { url: `recording/${id}`, mimeType, durationSeconds };
    }
    const size = await this.#sizeOf(recording);
    const { seconds } = await this.#snapshot(recording, size);
    return { url: `recording/${id}/${size}`, mimeType, durationSeconds: seconds };
  }

  async #openRecording(id: string, bytes: string | undefined): Promise<MediaBody> {
    const recording = this.#recording(recordingId(id.toLowerCase()));
    const path = join(recording.root, recording.path);
    const mimeType = mimeTypes[recording.container];
    const size = await this.#sizeOf(recording);
    if (bytes === undefined && recording.state !== 'recording') {
      return fileBody(this.#ports.fileSystem, { path, size, mimeType });
    }
    const taken = Math.min(size, Number(bytes ?? size));
    const { head } = await this.#snapshot(recording, taken);
    return fileBody(this.#ports.fileSystem, { path, size: taken, mimeType, head });
  }

  #recording(id: RecordingId): Recording {
    const recording = this.#ports.library().recording(id);
    if (!recording) throw new LongtakeError('NOT_FOUND', 'This recording does not exist any more.');
    return recording;
  }

  async #sizeOf({ root, path }: Recording): Promise<number> {
    const file = join(root, path);
    const found = await this.#ports.fileSystem.stat(file);
    if (!found) throw new LongtakeError('NOT_FOUND', `The file is gone: ${file}`);
    return found.bytes;
  }

  #snapshot(recording: Recording, size: number): Promise<Snapshot> {
    return remembered(this.#snapshots, MOST_SNAPSHOTS, `${recording.id}/${size}`, () =>
      takeSnapshot(this.#ports.fileSystem, recording, size, this.#frameIndexes),
    );
  }

  #prepare(recording: Recording, from: number, to: number): Promise<PreparedClip> {
    return remembered(this.#clips, MOST_CLIPS, `${recording.id}/${from}-${to}`, async () => {
      const request = clipRequest(this.#ports.library(), recording, from, to);
      const clip = await prepareClip(request, {
        fileSystem: this.#ports.fileSystem,
        frameIndexes: this.#frameIndexes,
      });
      // Its address states what is there: whoever asks for it finds this one.
      void remembered(this.#clips, MOST_CLIPS, `${recording.id}/${clip.from}-${clip.to}`, async () => clip);
      return clip;
    });
  }
}

/** With the recordings around it that the clip reaches into, as far as nothing is missing in between. */
function clipRequest(library: Library, recording: Recording, from: number, to: number): ClipRequest {
  const rate = recording.format.sampleRate;
  const before: Recording[] = [];
  for (let reach = from - LEAD_SECONDS * rate, first = recording; reach < 0;) {
    const found = library.chain.before(first);
    if (!found) break;
    before.unshift(found);
    first = found;
    reach += found.samples;
  }
  const isBeyond = to > recording.samples && recording.state !== 'recording';
  const until = recording.startedAt + (to / rate) * 1000;
  const behind = isBeyond ? library.chain.following(recording, until) : [];
  return { recordings: [...before, recording, ...behind], anchor: before.length, from, to };
}

/** What was made for `key`, or is made now; the one that was asked for longest ago gives way. */
function remembered<Value>(
  kept: Map<string, Promise<Value>>,
  most: number,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const made = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, made);
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
  made.catch(() => {
    if (kept.get(key) === made) kept.delete(key);
  });
  return made;
}
