import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import { errnoOf, errorText } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { FrameIndex } from './units/frameIndex.ts';
import { decodeIndex, encodeIndex } from './units/frameIndexBytes.ts';
import type { AnyUnits } from './units/openUnits.ts';

interface Kept {
  readonly index: FrameIndex;
  /** Of the file when it was made, bytes. */
  readonly size: number;
}

/** Where indexes outlive the process. */
export interface IndexFolder {
  /** Absolute; made when missing. */
  readonly folder: string;
  readonly log: Pick<Log, 'warn'>;
}

/** Places that are kept in memory, of 16 bytes each: those of 34 days. */
const MOST_PLACES = 3_000_000;
const ENDING = '.frames';

/** Where the index of a recording is kept in a folder. */
export const indexFile = (folder: string, id: string): string => join(folder, `${id}${ENDING}`);

/**
 * Indexes of MP3 and AAC files of variable bitrate: those that were used last in memory, and of files that are closed on
 * disk, so that only the first clip of a file ever waits for one.
 */
export class FrameIndexes {
  readonly #kept = new Map<string, Kept>();
  readonly #place: IndexFolder | undefined;

  constructor(place?: IndexFolder) {
    this.#place = place;
  }

  async get(recording: Recording): Promise<Kept | undefined> {
    const known = this.#kept.get(recording.id);
    if (known || (recording.container !== 'mp3' && recording.container !== 'adts')) return known;
    const read = recording.state === 'recording' ? undefined : await this.#read(recording);
    if (read) this.#remember(recording.id, read);
    return read;
  }

  async keep(recording: Recording, units: AnyUnits): Promise<void> {
    if ((units.container !== 'mp3' && units.container !== 'adts') || !units.index) return;
    const { index, size } = units;
    const isKnown = this.#kept.get(recording.id)?.index === index;
    this.#remember(recording.id, { index, size });
    if (!isKnown && recording.state !== 'recording') await this.#write(recording, { index, size });
  }

  #remember(id: string, kept: Kept): void {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    let places = 0;
    for (const [other, { index }] of [...this.#kept].toReversed()) {
      places += index.positions.length;
      if (places > MOST_PLACES && other !== id) this.#kept.delete(other);
    }
  }

  /** What is kept of the file as it is now. */
  async #read({ id, root, path }: Recording): Promise<Kept | undefined> {
    if (!this.#place) return undefined;
    try {
      const stored = decodeIndex(await readFile(indexFile(this.#place.folder, id)));
      const { size, mtimeMs } = await stat(join(root, path));
      return stored?.size === size && stored.modifiedAt === mtimeMs ? stored : undefined;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.#warn('An index of frames cannot be read and is made anew.', error);
      return undefined;
    }
  }

  async #write({ id, root, path }: Recording, { index, size }: Kept): Promise<void> {
    if (!this.#place) return;
    const { folder } = this.#place;
    const unfinished = join(folder, `${id}.${randomUUID()}.unfinished`);
    try {
      const now = await stat(join(root, path));
      const bytes = now.size === size ? encodeIndex({ index, size, modifiedAt: now.mtimeMs }) : undefined;
      if (!bytes) return;
      await mkdir(folder, { recursive: true });
      await writeFile(unfinished, bytes);
      await rename(unfinished, indexFile(folder, id));
    } catch (error) {
      // It is made again when it is needed.
      this.#warn('An index of frames cannot be kept.', error);
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }

  #warn(message: string, error: unknown): void {
    this.#place?.log.warn(message, { error: errorText(error) });
  }
}
