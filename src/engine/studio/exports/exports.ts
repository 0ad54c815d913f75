import { randomUUID } from 'node:crypto';
import { basename, dirname, extname, join } from 'node:path';
import type {
  CutRange,
  ExportContent,
  ExportFormat,
  ExportJob,
  ExportRequest,
} from '../../../shared/contract/exports.ts';
import { LongtakeError, toWireError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ExportPlan } from '../../clips/export/exportPlan.ts';
import type { Library } from '../../library/library.ts';
import type { EventListener } from '../emitter.ts';
import { rangePiece, type ResolvedContent, resolveContent } from './content.ts';
import type { Exporter } from './exporter.ts';
import { kindsOf, unlikeWords } from '../../clips/export/alike.ts';
import { labelTracks, sectionTable, writeText } from './exportTable.ts';

/** Jobs that are remembered. */
const MOST_JOBS = 100;
/** Between two events about one job, ms. */
const TELL_MS = 250;

export interface ExportPorts {
  readonly fileSystem: FileSystem;
  readonly log: Log;
  readonly emit: EventListener;
  readonly library: () => Library;
  /** Does the work. */
  readonly exporter: Pick<Exporter, 'run' | 'plan'>;
  readonly clock: Clock;
  /** Asks the person where to; undefined when they changed their mind. A desktop only. */
  readonly choose: (wanted: { readonly name: string; readonly folder: boolean }) => Promise<string | undefined>;
}

interface Job {
  state: ExportJob;
  readonly controller: AbortController;
  readonly done: Promise<void>;
  toldAt: number;
}

/** Exports that run, and those that have ended since the start. */
export class Exports {
  readonly #ports: ExportPorts;
  readonly #jobs = new Map<string, Job>();

  constructor(ports: ExportPorts) {
    this.#ports = ports;
  }

  list(): readonly ExportJob[] {
    return [...this.#jobs.values()].map(({ state }) => state);
  }

  get(id: string): ExportJob {
    const job = this.#jobs.get(id);
    if (!job) throw new LongtakeError('NOT_FOUND', 'This export is not known any more.');
    return job.state;
  }

  /** Where a cut would really begin and end, and its name. */
  async plan(range: CutRange) {
    const piece = rangePiece(this.#ports.library(), range);
    const { from, to, bytes, recordings, extension } = await this.#ports.exporter.plan(piece);
    const { offsetMinutes = 0, zone = 'UTC' } = piece.recordings[0] ?? {};
    return { from, to, offsetMinutes, zone, fileName: `${piece.name}.${extension}`, bytes, recordings };
  }

  /** Whether all of it can be one file without re-encoding, as far as the catalogue knows. */
  joinable(content: ExportContent): { pieces: number; kinds: string[]; problem?: string } {
    const { pieces } = resolveContent(this.#ports.library(), content);
    const kinds = [...kindsOf(pieces)];
    return { pieces: pieces.length, kinds, ...(kinds.length > 1 ? { problem: unlikeWords(kinds) } : {}) };
  }

  /** How much audio it is, s, and about how many bytes as it was recorded; as far as the catalogue knows. */
  extent(content: ExportContent): { readonly seconds: number; readonly bytes: number } {
    const { pieces } = resolveContent(this.#ports.library(), content);
    const all = { seconds: 0, bytes: 0 };
    for (const {
      fromSeconds,
      toSeconds,
      recordings: [first],
    } of pieces) {
      const { samples = 0, bytes = 0, format } = first ?? {};
      const length = format && format.sampleRate > 0 ? samples / format.sampleRate : 0;
      const seconds = (toSeconds === Number.MAX_SAFE_INTEGER ? length : toSeconds) - fromSeconds;
      all.seconds += seconds;
      all.bytes += length > 0 ? (bytes * seconds) / length : 0;
    }
    return all;
  }

  /** Begins; undefined when the person chose no place. Rejects with INVALID_INPUT and NOT_FOUND. */
  async start(request: ExportRequest): Promise<ExportJob | undefined> {
    const content = resolveContent(this.#ports.library(), request.content);
    const name = fileName(request, content);
    const destination = await this.#ports.choose({ name, folder: isFolder(request, content) });
    return destination === undefined ? undefined : this.#startAt(request, content, destination);
  }

  /** {@link start} into a place that is known: a file, or a folder for several, in which one then has its own name. */
  async startAt(request: ExportRequest, to: string): Promise<ExportJob> {
    const content = resolveContent(this.#ports.library(), request.content);
    const intoFolder = !isFolder(request, content) && (await this.#isFolder(to));
    return this.#startAt(request, content, intoFolder ? join(to, fileName(request, content)) : to);
  }

  #startAt(request: ExportRequest, content: ResolvedContent, destination: string): ExportJob {
    const id = randomUUID();
    const work = (job: Job): Promise<Partial<ExportJob>> =>
      request.shape === 'one' || request.shape === 'each'
        ? this.#audio(job, request, content, destination)
        : this.#table(content, request.shape, destination);
    return this.#begin({ id, title: content.title, state: 'working', fraction: 0, files: [] }, work);
  }

  async cancel(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.controller.abort();
    await job.done;
  }

  /** Makes a file for a drag or the clipboard in `folder`, without a job that a person sees. */
  async make(content: ExportContent, format: ExportFormat, folder: string, signal: AbortSignal): Promise<string> {
    const resolved = resolveContent(this.#ports.library(), content);
    const plan = { ...planOf({ format, shape: 'one', labels: false }, resolved), folder };
    const options = { workFolder: join(folder, 'work'), signal, onProgress: () => undefined };
    const { files } = await this.#ports.exporter.run(plan, options);
    const [file] = files;
    if (file === undefined) throw new LongtakeError('NOT_FOUND', 'There is nothing to export.');
    return file;
  }

  /** Cancels everything and waits until it has ended. */
  async stop(): Promise<void> {
    for (const { controller } of this.#jobs.values()) controller.abort();
    await Promise.all([...this.#jobs.values()].map(({ done }) => done));
  }

  #begin(state: ExportJob, work: (job: Job) => Promise<Partial<ExportJob>>): ExportJob {
    let start: () => void = () => undefined;
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    const job: Job = {
      state,
      controller: new AbortController(),
      toldAt: 0,
      done: started.then(() => this.#work(job, work)),
    };
    this.#forgetOld();
    this.#jobs.set(state.id, job);
    this.#change(job, {});
    start();
    return state;
  }

  async #work(job: Job, work: (job: Job) => Promise<Partial<ExportJob>>): Promise<void> {
    try {
      this.#change(job, { ...(await work(job)), state: 'done', fraction: 1 });
    } catch (error) {
      const { code, message } = toWireError(error);
      if (code === 'INTERNAL') this.#ports.log.error('An export failed.', { error: String(error) });
      this.#change(job, code === 'CANCELLED' ? { state: 'cancelled' } : { state: 'failed', message });
    }
  }

  async #audio(
    job: Job,
    request: ExportRequest,
    content: ResolvedContent,
    destination: string,
  ): Promise<Partial<ExportJob>> {
    const plan = placed(planOf(request, content), destination);
    const { files, bounds } = await this.#ports.exporter.run(plan, {
      workFolder: join(plan.folder, `.longtake-export-${job.state.id}`),
      signal: job.controller.signal,
      onProgress: (fraction) => {
        if (this.#ports.clock.monotonic() - job.toldAt >= TELL_MS) this.#change(job, { fraction });
      },
    });
    const isLabelled = request.shape === 'each' && request.labels === true;
    const labels = isLabelled ? await this.#labels(content, plan.folder) : [];
    return { files: [...files, ...labels], bounds };
  }

  async #table(
    content: ResolvedContent,
    shape: 'csv' | 'audacity labels',
    destination: string,
  ): Promise<Partial<ExportJob>> {
    if (content.sections.length === 0) {
      throw new LongtakeError('INVALID_INPUT', 'A table lists sections. Choose sections, or the reel of a day.');
    }
    if (shape === 'audacity labels') {
      return { files: await this.#labels(content, destination, isFolder({ shape }, content)) };
    }
    const path = extname(destination) === '' ? `${destination}.csv` : destination;
    await this.#ports.fileSystem.makeFolder(dirname(path));
    return {
      files: [await writeText(this.#ports.fileSystem, path, sectionTable(this.#ports.library(), content.sections))],
    };
  }

  /** Label tracks, in a folder under the names of their recordings, or one as a file. */
  async #labels({ sections }: ResolvedContent, destination: string, inFolder = true): Promise<string[]> {
    const { fileSystem, library } = this.#ports;
    const files: string[] = [];
    await fileSystem.makeFolder(inFolder ? destination : dirname(destination));
    try {
      for (const { name, text } of labelTracks(library(), sections)) {
        const single = extname(destination) === '' ? `${destination}.txt` : destination;
        files.push(await writeText(fileSystem, inFolder ? join(destination, `${name}.txt`) : single, text));
      }
    } catch (error) {
      for (const path of files) await fileSystem.removeFile(path);
      throw error;
    }
    return files;
  }

  async #isFolder(path: string): Promise<boolean> {
    try {
      await this.#ports.fileSystem.list(path);
      return true;
    } catch {
      // What is not there becomes a file.
      return false;
    }
  }

  #change(job: Job, change: Partial<ExportJob>): void {
    job.state = { ...job.state, ...change };
    job.toldAt = this.#ports.clock.monotonic();
    this.#ports.emit('exports.changed', job.state);
  }

  #forgetOld(): void {
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size < MOST_JOBS) return;
      if (state.state !== 'working') this.#jobs.delete(id);
    }
  }
}

function planOf(
  { format, shape, labels }: Pick<ExportRequest, 'format' | 'shape' | 'labels'>,
  { pieces, title, name }: ResolvedContent,
): Omit<ExportPlan, 'folder'> {
  return { pieces, format, title, name, shape: shape === 'one' ? 'one' : 'each', labels: labels === true };
}

/** Several files go into a folder. */
function isFolder({ shape }: Pick<ExportRequest, 'shape'>, { sections }: ResolvedContent): boolean {
  const isSeveral = new Set(sections.map(({ recordingId }) => recordingId)).size > 1;
  return shape === 'each' || (shape === 'audacity labels' && isSeveral);
}

/** `each`: the destination is a folder; `one`: a file, whose extension is that of what is made. */
function placed(plan: Omit<ExportPlan, 'folder'>, destination: string): ExportPlan {
  if (plan.shape === 'each') return { ...plan, folder: destination };
  const name = basename(destination, extname(destination));
  return { ...plan, folder: dirname(destination), name, pieces: plan.pieces.map((piece) => ({ ...piece, name })) };
}

/** What the file would be called, for a dialog. */
function fileName({ format, shape }: ExportRequest, { name, pieces }: ResolvedContent): string {
  if (shape === 'csv') return `${name}.csv`;
  if (shape === 'audacity labels') return `${name}.txt`;
  const own = pieces[0]?.recordings[0];
  return `${name}.${format.kind === 'convert' ? format.to : extname(own?.path ?? '').slice(1)}`;
}
