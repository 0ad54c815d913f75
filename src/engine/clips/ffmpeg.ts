import type { ChildProcess } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import fluentFfmpeg from 'fluent-ffmpeg';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder, PcmHalves, PcmStream } from '../../shared/ports/decoder.ts';
import type { Log } from '../../shared/ports/log.ts';
import { scanWavHeader, type WavHeader } from '../containers/wavReader.ts';
import { decodeError } from './ffmpegOutput.ts';
import { findSecondHalf } from './secondHalf.ts';
import { FileRun } from './fileRun.ts';
import { type FfmpegEnvironment, findFfmpeg } from './findFfmpeg.ts';

/** ffmpeg's names of the demuxers. They are given, not guessed: a playlist named .mp3 would make it fetch addresses. */
const demuxers = { wav: 'wav', mp3: 'mp3', adts: 'aac', ogg: 'ogg', flac: 'flac' } as const satisfies Record<
  Container,
  string
>;

export const demuxerOf = (container: Container): string => demuxers[container];

/** Decoded audio that waits for its reader. */
const BUFFER_BYTES = 256 * 1024;
/** Lines of stderr that are kept to tell what went wrong. */
const STDERR_LINES = 40;
/** A killed process is gone in a moment, unless the disk that it reads from hangs. */
const EXIT_WAIT_MS = 2000;
/** ffmpeg's header has some 80 bytes. */
const MAX_HEADER_BYTES = 64 * 1024;

interface Job {
  readonly container: Container;
  readonly input: Readable;
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
}

/** The one owner of ffmpeg processes. */
export class Ffmpeg implements Decoder {
  readonly #log: Log;
  readonly #env: FfmpegEnvironment;
  readonly #runs = new Set<Run | FileRun>();
  #disposed = false;

  constructor(log: Log, env: FfmpegEnvironment = process.env) {
    this.#log = log;
    this.#env = env;
  }

  /** ffmpeg is there to be used. */
  async available(): Promise<boolean> {
    return findFfmpeg(this.#env).then(
      () => true,
      () => false,
    );
  }

  async decodeFile(path: string, container: Container, signal: AbortSignal): Promise<PcmStream> {
    return (await this.#runFile(path, container, 0, signal)).start();
  }

  async decodeHalves(path: string, container: Container, signal: AbortSignal): Promise<PcmHalves | undefined> {
    await findFfmpeg(this.#env);
    const half = await findSecondHalf(path, container);
    if (!half) return undefined;
    const runs = await Promise.all([0, half.from].map((from) => this.#runFile(path, container, from, signal)));
    const [first, second] = await Promise.allSettled(runs.map((run) => run.start()));
    if (first?.status === 'fulfilled' && second?.status === 'fulfilled') {
      return { first: first.value, second: second.value, at: half.at, lead: half.lead };
    }
    await Promise.all(runs.map((run) => run.end()));
    // What only the second one stumbles over is told when all is decoded in one go.
    if (first?.status === 'rejected') throw first.reason;
    return undefined;
  }

  decodeLive(container: Container, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PcmStream> {
    return this.#decode(
      {
        container,
        input: Readable.from(input, { objectMode: false }),
        // By default it collects seconds of audio before it decides what it is; 32 bytes are the least it takes.
        inputOptions: ['-protocol_whitelist', 'pipe', '-fflags', 'nobuffer', '-flags', 'low_delay'].concat([
          '-probesize',
          '32',
          '-analyzeduration',
          '0',
        ]),
        outputOptions: ['-flush_packets', '1'],
      },
      signal,
    );
  }

  /** Decodes a file that comes in pieces, from its first sample frame on, which {@link decodeLive} may leave out. */
  decodeSlice(container: Container, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PcmStream> {
    return this.#decode(
      {
        container,
        input: Readable.from(input, { objectMode: false }),
        inputOptions: ['-protocol_whitelist', 'pipe'],
        outputOptions: ['-flush_packets', '0'],
      },
      signal,
    );
  }

  /** Ends every ffmpeg and takes no more work. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#runs].map((run) => run.end()));
  }

  /** Processes that are alive. */
  get running(): number {
    return this.#runs.size;
  }

  async #runFile(path: string, container: Container, from: number, signal: AbortSignal): Promise<FileRun> {
    const program = await findFfmpeg(this.#env);
    if (signal.aborted || this.#disposed) throw cancelled();
    const run = new FileRun({ program, demuxer: demuxers[container], path, from, signal, log: this.#log });
    this.#runs.add(run);
    void run.exited.then(() => this.#runs.delete(run));
    return run;
  }

  async #decode(job: Job, signal: AbortSignal): Promise<PcmStream> {
    const program = await findFfmpeg(this.#env);
    if (signal.aborted || this.#disposed) throw cancelled();
    const run = new Run(program, job, signal, this.#log);
    this.#runs.add(run);
    void run.exited.then(() => this.#runs.delete(run));
    return run.start();
  }
}

/** One ffmpeg process, from its start to its end. */
class Run {
  readonly exited: Promise<void>;
  readonly #output = new PassThrough({
    highWaterMark: BUFFER_BYTES,
    // fluent-ffmpeg takes `close` for a reader that left, and kills ffmpeg shortly before it ends by itself.
    emitClose: false,
    autoDestroy: false,
  });
  readonly #command: fluentFfmpeg.FfmpegCommand;
  readonly #job: Job;
  readonly #signal: AbortSignal;
  readonly #log: Log;
  readonly #onAbort = (): void => void this.end();
  #process: ChildProcess | undefined;
  #ending = false;
  #failure: LongtakeError | undefined;
  #markExited: () => void = () => undefined;
  readonly #told: Promise<void>;
  #markTold: () => void = () => undefined;

  constructor(program: string, job: Job, signal: AbortSignal, log: Log) {
    this.#job = job;
    this.#signal = signal;
    this.#log = log;
    this.exited = new Promise((resolve) => {
      this.#markExited = resolve;
    });
    this.#told = new Promise((resolve) => {
      this.#markTold = resolve;
    });
    this.#command = fluentFfmpeg({ stdoutLines: STDERR_LINES })
      .setFfmpegPath(program)
      .input(job.input)
      .inputFormat(demuxers[job.container])
      .inputOptions('-nostdin', '-hide_banner', '-v', 'error', ...job.inputOptions)
      .outputOptions('-map', '0:a:0', '-c:a', 'pcm_s16le', '-bitexact', ...job.outputOptions)
      .outputFormat('wav')
      .output(this.#output);
  }

  /** Resolves when the first audio is there. */
  async start(): Promise<PcmStream> {
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#command
      .on('start', () => this.#onStart())
      .on('end', () => this.#markTold())
      .on('error', (error: Error, _stdout: unknown, stderr: unknown) => this.#onError(error, stderr));
    this.#command.run();
    const chunks = this.#output[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
    try {
      const { header, rest } = await this.#readHeader(chunks);
      const { sampleRate, channels, frameBytes } = header;
      return { sampleRate, channels, chunks: this.#wholeFrames(rest, chunks, frameBytes) };
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Kills the process if it is alive and waits for it, but not for ever. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#process?.kill('SIGKILL');
    this.#job.input.destroy();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), EXIT_WAIT_MS);
    });
    const outcome = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    if (outcome === 'late') this.#log.warn('ffmpeg was killed and has not ended yet.', { pid: this.#process?.pid });
    // Whoever reads now hears that there is nothing more.
    this.#process?.stdout?.unpipe(this.#output).destroy();
    if (!this.#output.writableEnded) this.#output.end();
  }

  #onStart(): void {
    // The type declarations leave this property out; the library sets it right before `start`.
    this.#process = (this.#command as unknown as { readonly ffmpegProc?: ChildProcess }).ffmpegProc;
    this.#process?.once('exit', this.#markExited);
    if (this.#ending) this.#process?.kill('SIGKILL');
  }

  #onError(error: Error, stderr: unknown): void {
    const text = typeof stderr === 'string' ? stderr : '';
    this.#failure ??= decodeError(error.message, text);
    if (!this.#process) {
      // Nothing else will end them.
      this.#markExited();
      this.#output.end();
    }
    this.#markTold();
  }

  async #readHeader(chunks: AsyncIterator<Buffer>): Promise<{ readonly header: WavHeader; readonly rest: Buffer }> {
    let bytes = Buffer.alloc(0);
    while (bytes.length < MAX_HEADER_BYTES) {
      const next = await chunks.next();
      if (next.done) {
        await this.#throwFailure();
        throw new LongtakeError('DAMAGED', 'The audio could not be decoded: there is none in the file.');
      }
      bytes = Buffer.concat([bytes, next.value]);
      const header = scanWavHeader(bytes);
      if (!('need' in header)) return { header, rest: bytes.subarray(header.dataOffset) };
    }
    throw new Error('ffmpeg wrote a WAV header that has no end.');
  }

  async *#wholeFrames(
    first: Buffer,
    chunks: AsyncIterableIterator<Buffer>,
    frameBytes: number,
  ): AsyncGenerator<Uint8Array> {
    try {
      let rest = first;
      for (;;) {
        const whole = rest.length - (rest.length % frameBytes);
        if (whole > 0) yield rest.subarray(0, whole);
        const next = await chunks.next();
        if (next.done) break;
        rest = whole === rest.length ? next.value : Buffer.concat([rest.subarray(whole), next.value]);
      }
      await this.#throwFailure();
    } finally {
      await this.end();
    }
  }

  /** The output ends before fluent-ffmpeg tells how the process ended. */
  async #throwFailure(): Promise<void> {
    if (this.#signal.aborted || this.#ending) throw cancelled();
    await this.#told;
    if (this.#failure) throw this.#failure;
  }
}

const cancelled = (): LongtakeError => new LongtakeError('CANCELLED', 'Decoding was cancelled.');
