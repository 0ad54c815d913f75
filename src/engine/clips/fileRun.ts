import { type ChildProcess, spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import type { PcmStream } from '../../shared/ports/decoder.ts';
import type { Log } from '../../shared/ports/log.ts';
import { scanWavHeader, type WavHeader } from '../containers/wavReader.ts';
import { decodeError } from './ffmpegOutput.ts';

/** Added to this process's niceness: a waveform can wait. */
const NICENESS = 10;
const HIGHEST_NICENESS = 19;
/** Kept to tell what went wrong, characters. */
const MAX_ERROR_TEXT = 8192;
/** A killed process is gone in a moment, unless the disk that it reads from hangs. */
const EXIT_WAIT_MS = 2000;
/** ffmpeg's header has some 80 bytes. */
const MAX_HEADER_BYTES = 64 * 1024;

export interface FileRunOptions {
  readonly program: string;
  /** ffmpeg's name of the demuxer. */
  readonly demuxer: string;
  /** Absolute. */
  readonly path: string;
  /** First byte that is read; 0: from the start. */
  readonly from: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** One ffmpeg that decodes a file as fast as it can be read: its output is read without anything in between. */
export class FileRun {
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #options: FileRunOptions;
  readonly #onAbort = (): void => void this.end();
  #errorText = '';
  #failure: Error | undefined;
  #ending = false;

  constructor(options: FileRunOptions) {
    const { program, demuxer, path, from, signal } = options;
    this.#options = options;
    // An absolute path is never taken for an option or an address.
    const input = from === 0 ? path : `subfile,,start,${from},end,0,,:${path}`;
    this.#child = spawn(
      program,
      ['-nostdin', '-hide_banner', '-v', 'error', '-protocol_whitelist', 'file,subfile']
        // More threads finish no sooner than two halves side by side, and spend a sixth of their time on each other.
        .concat(['-threads', '1', '-f', demuxer, '-i', input, '-map', '0:a:0', '-c:a', 'pcm_s16le', '-bitexact'])
        // Otherwise each frame comes as a piece of its own, which costs more than decoding it.
        .concat(['-flush_packets', '0', '-f', 'wav', '-']),
      { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
    );
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#failure = error;
        resolve();
      });
      this.#child.once('close', () => resolve());
    });
    this.#lowerPriority();
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-MAX_ERROR_TEXT);
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Resolves when the first audio is there. */
  async start(): Promise<PcmStream> {
    const { stdout } = this.#child;
    if (!stdout) throw new Error('ffmpeg was started without an output.');
    const chunks = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
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
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#child.kill('SIGKILL');
    this.#child.stdout?.destroy();
    const stop = new AbortController();
    const late = wait(EXIT_WAIT_MS, 'late', { signal: stop.signal }).catch(() => undefined);
    if ((await Promise.race([this.exited, late])) === 'late') {
      this.#options.log.warn('ffmpeg was killed and has not ended yet.', { pid: this.#child.pid });
    }
    stop.abort();
  }

  #lowerPriority(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      setPriority(pid, Math.min(HIGHEST_NICENESS, getPriority() + NICENESS));
    } catch (error) {
      // One that has ended by itself needs none.
      if (errnoOf(error) !== 'ESRCH') {
        this.#options.log.debug('The priority of ffmpeg could not be lowered.', { error: String(error) });
      }
    }
  }

  async #readHeader(chunks: AsyncIterator<Buffer>): Promise<{ readonly header: WavHeader; readonly rest: Buffer }> {
    let bytes = Buffer.alloc(0);
    while (bytes.length < MAX_HEADER_BYTES) {
      const next = await this.#next(chunks);
      if (!next) {
        await this.#throwFailure();
        throw new LongtakeError('DAMAGED', 'The audio could not be decoded: there is none in the file.');
      }
      bytes = Buffer.concat([bytes, next]);
      const header = scanWavHeader(bytes);
      if (!('need' in header)) return { header, rest: bytes.subarray(header.dataOffset) };
    }
    throw new Error('ffmpeg wrote a WAV header that has no end.');
  }

  async *#wholeFrames(first: Buffer, chunks: AsyncIterator<Buffer>, frameBytes: number): AsyncGenerator<Uint8Array> {
    try {
      let rest = first;
      for (;;) {
        const whole = rest.length - (rest.length % frameBytes);
        if (whole > 0) yield rest.subarray(0, whole);
        const next = await this.#next(chunks);
        if (!next) break;
        rest = whole === rest.length ? next : Buffer.concat([rest.subarray(whole), next]);
      }
      await this.#throwFailure();
    } finally {
      await this.end();
    }
  }

  /** Undefined at the end, also when it was ended. */
  async #next(chunks: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
    try {
      const next = await chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (this.#ending) return undefined;
      throw error;
    }
  }

  /** The output ends before the process tells how it ended. */
  async #throwFailure(): Promise<void> {
    const { signal, path } = this.#options;
    if (signal.aborted || this.#ending) throw new LongtakeError('CANCELLED', 'Decoding was cancelled.');
    await this.exited;
    const { exitCode, signalCode } = this.#child;
    if (this.#failure) throw decodeError(this.#failure.message, this.#errorText, path);
    if (exitCode === 0) return;
    throw decodeError(`ffmpeg exited with ${exitCode ?? signalCode ?? 'nothing'}`, this.#errorText, path);
  }
}
