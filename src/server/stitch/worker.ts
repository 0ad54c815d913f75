import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { remux } from '../../engine/clips/remux.ts';
import { errorText } from '../../shared/errors.ts';
import type { ServerContext } from '../context.ts';
import type { Job } from '../database/database.ts';
import type { RecordingFile, Session } from '../model.ts';
import { audioKey, recordingFolder, recordingKey } from '../storage/keys.ts';
import { ChunkReader } from './chunkReader.ts';
import { FILES } from './media.ts';
import { makeParts } from './parts.ts';
import { StitchProblem } from './problem.ts';
import { writeRecordingFile } from './recordingFile.ts';
import type { Remux } from './remuxed.ts';
import { stitch, type Stitched } from './stitch.ts';
import { reasonOf } from './waiting.ts';

/** A worker that was killed has its job taken over after this, ms. */
const LEASE_MS = 15_000;
/** Jobs of other processes are looked for this often, ms. */
const LOOK_MS = 2000;
/** Waits after what may pass, such as a full disk, ms. */
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 5 * 60_000;
const WORKERS = 2;
const MISSING_TOLD = 20;

/** Makes recordings of finished sessions, in the background, from a queue that survives every process. */
export class StitchWorkers {
  readonly #context: ServerContext;
  readonly #id = randomUUID();
  readonly #folder: string;
  readonly #busy = new Set<Promise<void>>();
  #isLooking = false;
  #lookAgain = false;

  constructor(context: ServerContext) {
    this.#context = context;
    this.#folder = join(context.config.dataFolder, 'work');
  }

  /** Looks for work from now on, until the server's scope ends. */
  async start(): Promise<void> {
    const { scope, events } = this.#context;
    // Whatever is in there belongs to nobody: this process has only begun.
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    scope.add(async () => {
      await Promise.all(this.#busy);
    });
    scope.add(events.on((event) => event.type === 'sessionFinalizing' && this.look()));
    scope.interval(LOOK_MS, () => this.look());
    this.look();
  }

  /** Claims what may be claimed. */
  look(): void {
    this.#lookAgain = true;
    if (this.#isLooking || this.#context.scope.ended) return;
    this.#isLooking = true;
    this.#follow(
      this.#claimAll().finally(() => {
        this.#isLooking = false;
      }),
    );
  }

  async #claimAll(): Promise<void> {
    const { database, now, scope } = this.#context;
    while (this.#lookAgain && !scope.ended) {
      this.#lookAgain = false;
      // One of them is this search.
      while (this.#busy.size <= WORKERS && !scope.ended) {
        const job = await database.jobs.claim(this.#id, now(), LEASE_MS);
        if (!job) break;
        this.#follow(this.#work(job).finally(() => this.look()));
      }
    }
  }

  #follow(work: Promise<void>): void {
    const followed = work
      .catch((error: unknown) => {
        if (!this.#context.scope.ended) this.#context.log.error('A worker failed.', { error: errorText(error) });
      })
      .finally(() => this.#busy.delete(followed));
    this.#busy.add(followed);
  }

  async #work(job: Job): Promise<void> {
    const { database, log, now, scope } = this.#context;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, scope.signal]);
    const renewing = setInterval(() => {
      this.#follow(
        database.jobs.renew(job.id, this.#id, now(), LEASE_MS).then((held) => {
          if (!held) abort.abort();
        }),
      );
    }, LEASE_MS / 3);
    try {
      const session = await database.sessions.get(job.sessionId);
      if (session && job.incomplete) await this.#finishParts(job, session, signal);
      else if (session) await this.#finish(job, session, await this.#make(job, session, signal));
      else await this.#fail(job, 'Its session is not there any more.');
    } catch (error) {
      if (error instanceof StitchProblem) {
        log.warn('A recording could not be made.', { recording: job.recordingId, error: error.message });
        await this.#fail(job, error.message);
        return;
      }
      const wait = signal.aborted ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(job.tries - 1, 10));
      await database.jobs.release(job, this.#id, now() + wait, signal.aborted ? undefined : reasonOf(error));
      if (signal.aborted) return;
      log.error('A recording could not be made now, and is tried again.', {
        recording: job.recordingId,
        afterMs: wait,
        error: errorText(error),
      });
    } finally {
      clearInterval(renewing);
    }
  }

  async #make(job: Job, session: Session, signal: AbortSignal): Promise<Stitched & { readonly key: string }> {
    const { config, database, storage } = this.#context;
    const chunks = await database.sessions.chunks(session.id);
    const missing = await database.sessions.missing(session.id, 0, MISSING_TOLD);
    if (missing.length > 0) {
      throw new StitchProblem(`Chunks are missing: ${missing.join(', ')}. The ${chunks.length} that came are kept.`);
    }
    return stitch({
      reader: new ChunkReader(storage, session.id, chunks),
      mimeType: session.mimeType,
      whole: session.whole,
      storage,
      keyFor: (extension) => audioKey(config.outputFolder, job.recordingId, extension),
      remux: this.#remux,
      signal,
    });
  }

  get #remux(): Remux {
    return { folder: this.#folder, run: (request) => remux(request) };
  }

  async #finishParts(job: Job, session: Session, signal: AbortSignal): Promise<void> {
    const { database, events, sessions, now } = this.#context;
    const { parts, error } = await makeParts(this.#context, { job, session, remux: this.#remux, signal });
    if (!(await database.jobs.succeedIncomplete(job, this.#id, { parts, error, at: now() }))) return;
    await sessions.rewriteFile(session.id);
    for (const part of parts) {
      const of = { recordingId: part.recordingId, sessionId: session.id };
      if ('file' in part) events.emit({ type: 'recordingReady', ...of });
      else events.emit({ type: 'recordingFailed', ...of, error: part.error });
    }
  }

  /** In this order, a kill anywhere in between leaves either the job or its whole result. */
  async #finish(job: Job, session: Session, made: Stitched & { readonly key: string }): Promise<void> {
    const { config, database, storage, sessions, events, log, now } = this.#context;
    const file: RecordingFile = {
      key: made.key,
      bytes: made.bytes,
      sha256: made.sha256,
      durationMs: made.durationMs,
      mimeType: FILES[made.media].mimeType,
    };
    const recording = await database.recordings.get(job.recordingId);
    const owner = await database.users.byId(session.userId);
    const at = now();
    if (recording) {
      const done = { ...recording, status: 'COMPLETED' as const, error: undefined, file, completedAt: at };
      await storage.writeText(
        recordingKey(config.outputFolder, recording.id),
        writeRecordingFile(done, owner?.email ?? ''),
      );
    }
    if (!(await database.jobs.succeed(job, this.#id, { ...file, contentSha256: made.contentSha256 }, at))) {
      // Somebody deleted it meanwhile, or another worker has the job now.
      const isGone = (await database.recordings.get(job.recordingId)) === undefined;
      if (isGone) await storage.removeAll(recordingFolder(config.outputFolder, job.recordingId));
      return;
    }
    if (made.remark === undefined) await sessions.removeFolder(session.id);
    else
      log.warn('ffmpeg joined a recording and had something to say; its chunks are kept for now.', {
        recording: job.recordingId,
        remark: made.remark,
      });
    events.emit({ type: 'recordingReady', recordingId: job.recordingId, sessionId: session.id });
  }

  async #fail(job: Job, error: string): Promise<void> {
    const { database, events, sessions, now } = this.#context;
    if (!(await database.jobs.fail(job, this.#id, error, now()))) return;
    await sessions.rewriteFile(job.sessionId);
    events.emit({ type: 'recordingFailed', recordingId: job.recordingId, sessionId: job.sessionId, error });
  }
}
