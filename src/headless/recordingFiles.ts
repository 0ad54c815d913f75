import { rmSync } from 'node:fs';
import { access as mayRead, constants, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import type { StudioLink } from '../engine/platform/controlClient.ts';
import { answer } from '../shared/contract/handlers.ts';
import { DEFAULT_SETTINGS } from '../shared/domain/settings.ts';
import type { Recording } from '../shared/domain/recording.ts';
import { FILE_EXTENSIONS } from '../shared/domain/recordingFile.ts';
import { errnoOf, fromWireError, LongtakeError } from '../shared/errors.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import type { Access } from './access.ts';
import { EXIT, Failure } from './exit.ts';
import { silentLog } from './log.ts';
import { refuseStdin } from './stdin.ts';
import { createHeadlessStudio, keptInMemory } from './studio.ts';

/** A file that a command works with, and the studio that knows it. */
export interface KnownFile {
  /** Absolute. */
  readonly path: string;
  readonly recording: Recording;
  readonly link: StudioLink;
  /** It is not in the library. */
  readonly isForeign: boolean;
}

const NO_FILE: Readonly<Record<string, string>> = {
  ENOENT: 'There is no file',
  ENOTDIR: 'There is no file',
  EACCES: 'This user may not read',
  EPERM: 'This user may not read',
  ELOOP: 'Links lead in a circle at',
  ENAMETOOLONG: 'The name is too long:',
};

/** Throws {@link Failure} with a sentence for what is no file that can be read. */
export async function checkFile(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isFile() && found.size === 0)
      throw new Failure(EXIT.failed, `${path} is empty: there is no audio in it.`);
    if (found.isFile()) {
      await mayRead(path, constants.R_OK);
      return;
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = errnoOf(error) ?? '';
    throw new Failure(EXIT.usage, `${NO_FILE[code] ?? `The disk does not answer (${code}) for`} ${path}.`);
  }
  throw new Failure(EXIT.usage, `${path} is no file. Name an audio file.`);
}

/** Files of the library, and others, which get a studio of their own until `close`. */
export class RecordingFiles {
  readonly #access: Access;
  readonly #processHost: ProcessHost;
  readonly #foreign: { close(): Promise<void> }[] = [];

  constructor(access: Access, processHost: ProcessHost) {
    this.#access = access;
    this.#processHost = processHost;
  }

  /** Rejects with {@link Failure} for what is no audio, and with the codes of the library. */
  async find(file: string): Promise<KnownFile> {
    refuseStdin(file);
    const path = resolve(file);
    await checkFile(path);
    try {
      const recording = await this.#access.request('library.recordingAt', { path });
      return { path, recording, link: this.#access, isForeign: false };
    } catch (error) {
      if (!(error instanceof LongtakeError) || error.code !== 'NOT_FOUND') throw error;
      return this.#openForeign(path);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#foreign.map((foreign) => foreign.close()));
  }

  /** A library that holds this one file, by a link: what is done with it is what is done with recordings. */
  async #openForeign(path: string): Promise<KnownFile> {
    if (!FILE_EXTENSIONS.includes(extname(path).slice(1).toLowerCase())) {
      throw new Failure(EXIT.usage, `${path} is not named as audio: Longtake reads ${FILE_EXTENSIONS.join(', ')}.`);
    }
    const folder = await mkdtemp(join(tmpdir(), 'longtake-file-'));
    // Ctrl+C may end this program at once.
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    const root = join(folder, 'recordings');
    await mkdir(root);
    await symlink(path, join(root, basename(path)));
    const studio = createHeadlessStudio({
      processHost: this.#processHost,
      log: silentLog,
      kept: keptInMemory({ settings: { ...DEFAULT_SETTINGS, recordingsFolder: root }, sources: [], armed: [] }),
      sharesFolder: true,
      idle: true,
      dataFolder: folder,
    });
    this.#foreign.push({
      close: async () => {
        await studio.stop();
        await rm(folder, { recursive: true, force: true });
        process.off('exit', remove);
      },
    });
    await studio.start();
    const link: StudioLink = {
      request: async (name, input) => {
        const reply = await answer(studio.handlers, name, input, () => undefined, { local: true });
        if (reply.ok) return reply.value as never;
        throw fromWireError(reply.error);
      },
      onEvent: (listener) => studio.onEvent(listener),
    };
    await link.request('library.rescan', {});
    try {
      const recording = await link.request('library.recordingAt', { path: join(root, basename(path)) });
      return { path, recording, link, isForeign: true };
    } catch (error) {
      if (!(error instanceof LongtakeError) || error.code !== 'NOT_FOUND') throw error;
      throw new Failure(
        EXIT.failed,
        `${path} cannot be read as audio: it is damaged, or no WAV, FLAC, MP3, AAC or Ogg.`,
      );
    }
  }
}
