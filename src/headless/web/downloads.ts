import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, extname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Studio } from '../../engine/studio/studio.ts';
import { errorText, LongtakeError } from '../../shared/errors.ts';
import type { Desktop } from '../../shared/ports/desktop.ts';
import type { Log } from '../../shared/ports/log.ts';
import { recordingId } from '../../shared/units.ts';
import { tarOf } from './tar.ts';

/** What was exported for a browser is kept so long, ms. */
const KEPT_MS = 24 * 3_600_000;
const LOOK_MS = 3_600_000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a browser downloads where a desktop would show a file, drag it or ask for a place. */
export class Downloads {
  readonly #folder: string;
  readonly #log: Log;
  #named = '';
  #timer: NodeJS.Timeout | undefined;

  /** `folder`: where exports are made, absolute. */
  constructor(folder: string, log: Log) {
    this.#folder = resolve(folder);
    this.#log = log;
  }

  /** The desktop of a studio without one. Which file a token or a job means is what would be dragged or shown. */
  readonly desktop: Desktop = {
    revealFile: () => noDesktop(),
    openFolder: async () => noDesktop(),
    chooseFolder: async () => noDesktop(),
    copyFile: async () => noDesktop(),
    chooseExport: async ({ name, folder }) => {
      const own = join(this.#folder, randomUUID());
      await mkdir(own, { recursive: true, mode: 0o700 });
      return folder ? own : join(own, name);
    },
    startDrag: (path) => {
      this.#named = path;
    },
  };

  /** Removes what is old, now and every hour. */
  async start(): Promise<void> {
    await this.#prune();
    this.#timer = setInterval(() => void this.#prune(), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  addRoutes(app: FastifyInstance, { handlers, media }: Pick<Studio, 'handlers' | 'media'>): void {
    app.get<{ Params: { id: string } }>('/download/recording/:id', async ({ params }, reply) => {
      const recording = await handlers['library.recording']({ id: recordingId(demandUuid(params.id)) });
      const body = await media.open(`recording/${recording.id}`);
      attach(reply, basename(recording.path), body.mimeType, body.size);
      return reply.send(Readable.from(body.bytes(0, body.size - 1)));
    });
    app.get<{ Params: { token: string } }>('/download/ready/:token', async ({ params }, reply) => {
      // No other request can come between the two.
      handlers['desktop.startDrag']({ token: demandUuid(params.token) });
      return sendFile(reply, this.#named);
    });
    app.get<{ Params: { id: string } }>('/download/export/:id', async ({ params }, reply) => {
      const jobs = await handlers['exports.list']({});
      const job = jobs.find(({ id, state }) => id === params.id && state === 'done');
      const files = (job?.files ?? []).filter((file) => resolve(file).startsWith(this.#folder + sep));
      const [only, ...others] = files;
      if (only === undefined)
        throw new LongtakeError('NOT_FOUND', 'This export is not there any more. Export it again.');
      if (others.length === 0) return sendFile(reply, only);
      attach(reply, 'Longtake export.tar', 'application/x-tar');
      return reply.send(Readable.from(tarOf(files)));
    });
  }

  async #prune(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      for (const name of await readdir(this.#folder)) {
        const path = join(this.#folder, name);
        if (Date.now() - (await stat(path)).mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true });
      }
    } catch (error) {
      this.#log.warn('Old downloads could not be removed.', { folder: this.#folder, error: errorText(error) });
    }
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.aac': 'audio/aac',
  '.csv': 'text/csv; charset=utf-8',
};

async function sendFile(reply: FastifyReply, path: string): Promise<FastifyReply> {
  const { size } = await stat(path);
  attach(reply, basename(path), TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream', size);
  return reply.send(createReadStream(path));
}

/** RFC 6266: a name for every browser, and the true one. */
function attach(reply: FastifyReply, name: string, type: string, size?: number): void {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  reply
    .type(type)
    .header('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`)
    .header('cache-control', 'no-store');
  if (size !== undefined) reply.header('content-length', size);
}

function demandUuid(text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  throw new LongtakeError('NOT_FOUND', 'There is nothing at this address.');
}

function noDesktop(): never {
  throw new LongtakeError('NOT_ALLOWED', 'This studio runs without a desktop.');
}
