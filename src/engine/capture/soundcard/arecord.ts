import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Log } from '../../../shared/ports/log.ts';
import type { LongtakeError } from '../../../shared/errors.ts';
import { millis } from '../../../shared/units.ts';
import { arecordError, arecordMissing, otherRateOf, overrunOf, wrongRate } from './arecordErrors.ts';
import type { CardChunk, CardInput, InputFormat } from './cardInput.ts';

/** ALSA's buffer, as far as the device can: it rides out a time in which nobody reads. µs. */
const BUFFER_US = 10_000_000;
const PERIOD_US = 50_000;
/** Audio that may wait to be read, s; then arecord has to wait, and its own buffer fills. */
const QUEUE_SECONDS = 30;
/** A device that gives nothing for so long after it was opened gives nothing at all. */
const FIRST_DATA_MS = 8000;
const CLOSE_TIMEOUT_MS = 3000;
/** Of what it printed, so much is kept. */
const MOST_LINES = 50;

type Child = ChildProcessByStdio<null, Readable, Readable>;

export type StartArecord = (args: readonly string[]) => Child;

/** Messages are parsed, so they must be English; the device's configuration comes with the environment. */
const startArecord: StartArecord = (args) =>
  spawn('arecord', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });

/** Arguments of arecord that give these samples, raw, on its standard output. */
export function arecordArguments(device: string, format: InputFormat): readonly string[] {
  const { sampleRate, channels, bitDepth, float } = format;
  const sample = float === true ? 'FLOAT_LE' : { 16: 'S16_LE', 24: 'S24_3LE', 32: 'S32_LE' }[bitDepth];
  const timing = [`--buffer-time=${BUFFER_US}`, `--period-time=${PERIOD_US}`];
  return ['-D', device, '-t', 'raw', '-f', sample, '-r', String(sampleRate), '-c', String(channels), ...timing];
}

/**
 * Opens an ALSA PCM with arecord; resolves when its first audio is there.
 * @throws LongtakeError AUDIO_SYSTEM_UNAVAILABLE, DEVICE_NOT_FOUND (details: `unknown` when ALSA knows no such PCM),
 * DEVICE_BUSY, DEVICE_FORMAT, DEVICE_LOST
 */
export async function openArecord(
  device: CardInput['device'],
  pcm: string,
  format: InputFormat,
  log: Log,
  start: StartArecord = startArecord,
): Promise<CardInput> {
  const input = new ArecordInput(device, pcm, format, log, start);
  await input.opened;
  return input;
}

class ArecordInput implements CardInput {
  readonly device: CardInput['device'];
  readonly format: InputFormat;
  /** It says itself how much a problem costs. */
  readonly readMs = millis(0);
  readonly opened: Promise<void>;
  readonly #pcm: string;
  readonly #log: Log;
  readonly #child: Child;
  readonly #exited: Promise<void>;
  readonly #lines: string[] = [];
  readonly #queue: CardChunk[] = [];
  readonly #frameBytes: number;
  #queued = 0;
  /** Bytes of a sample frame that is not whole yet. */
  #rest: Buffer = Buffer.alloc(0);
  #delivered = false;
  #waiting: ((chunk: CardChunk) => void) | undefined;
  #closing: Promise<boolean> | undefined;
  #end: CardChunk | undefined;
  #settleOpen: (error?: LongtakeError) => void = () => undefined;

  constructor(device: CardInput['device'], pcm: string, format: InputFormat, log: Log, start: StartArecord) {
    this.device = device;
    this.format = format;
    this.#pcm = pcm;
    this.#log = log;
    this.#frameBytes = (format.channels * format.bitDepth) / 8;
    this.#child = start(arecordArguments(pcm, format));
    this.opened = new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(arecordError(this.device.name, format, [], true)), FIRST_DATA_MS);
      this.#settleOpen = (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      };
    });
    this.#exited = this.#follow();
  }

  read(): Promise<CardChunk> {
    const next = this.#queue.shift();
    if (next) {
      this.#queued -= next.buf?.length ?? 0;
      if (this.#child.stdout.isPaused()) this.#child.stdout.resume();
      return Promise.resolve(next);
    }
    if (this.#end) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  close(how: 'WAIT' | 'ABORT'): Promise<boolean> {
    this.#closing ??= this.#close(how);
    return this.#closing;
  }

  async #close(how: 'WAIT' | 'ABORT'): Promise<boolean> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return true;
    // On an interrupt it writes what it has before it ends.
    this.#child.kill(how === 'WAIT' ? 'SIGINT' : 'SIGKILL');
    this.#child.stdout.resume();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        resolve();
      }, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
    // A killed program may hang in its driver for good; nothing more is expected of it.
    this.#finish({ finished: true });
    return true;
  }

  #follow(): Promise<void> {
    const child = this.#child;
    child.stdout.on('data', (data: Buffer) => this.#onData(data));
    createInterface({ input: child.stderr }).on('line', (line) => this.#onLine(line));
    return new Promise((resolve) => {
      child.on('error', (error) => {
        this.#fail(arecordMissing(error));
        resolve();
      });
      // After both pipes have ended, so that the last words are known.
      child.on('close', () => {
        if (this.#closing) this.#finish({ finished: true });
        else this.#fail(arecordError(this.device.name, this.format, this.#lines, this.#delivered));
        resolve();
      });
    });
  }

  #onData(data: Buffer): void {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    const whole = all.length - (all.length % this.#frameBytes);
    this.#rest = all.subarray(whole);
    if (whole === 0 || this.#end) return;
    this.#delivered = true;
    this.#settleOpen();
    this.#give({ buf: all.subarray(0, whole) });
    if (this.#queued > QUEUE_SECONDS * this.format.sampleRate * this.#frameBytes && !this.#closing) {
      this.#child.stdout.pause();
    }
  }

  #onLine(line: string): void {
    if (this.#lines.length < MOST_LINES) this.#lines.push(line);
    this.#log.debug(`arecord: ${line}`, { device: this.#pcm });
    const missing = overrunOf(line);
    if (missing !== undefined) this.#give({ err: line, missing });
    const got = otherRateOf(line);
    if (got !== undefined) this.#fail(wrongRate(this.device.name, this.format.sampleRate, got));
  }

  #fail(failure: LongtakeError): void {
    this.#settleOpen(failure);
    this.#finish({ failure });
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  #finish(end: CardChunk): void {
    if (this.#end) return;
    this.#end = end;
    this.#waiting?.(end);
    this.#waiting = undefined;
  }

  #give(chunk: CardChunk): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) {
      waiting(chunk);
      return;
    }
    this.#queued += chunk.buf?.length ?? 0;
    this.#queue.push(chunk);
  }
}
