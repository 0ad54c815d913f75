import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority, setPriority } from 'node:os';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import type { Container } from '../../shared/domain/recording.ts';
import type { Encoder, EncoderOutput } from '../../shared/ports/encoder.ts';
import { assertNever } from '../../shared/assertNever.ts';
import { demuxerOf } from './ffmpeg.ts';
import { decodeError } from './ffmpegOutput.ts';
import { type FfmpegEnvironment, findFfmpeg } from './findFfmpeg.ts';

/** Added to this process's niceness: recording comes first. */
const NICENESS = 5;
const HIGHEST_NICENESS = 19;
/** Kept to tell what went wrong, characters. */
const MAX_ERROR_TEXT = 8192;
/** Longest that audio waits for its page to become full, microseconds. */
const PAGE_DURATION = 500_000;

/** Encodes by ffmpeg, a process for each stream. */
export class FfmpegEncoder implements Encoder {
  readonly #env: FfmpegEnvironment;
  readonly #children = new Set<ChildProcess>();
  #disposed = false;

  constructor(env: FfmpegEnvironment = process.env) {
    this.#env = env;
  }

  async encode(
    container: Container,
    input: AsyncIterable<Uint8Array>,
    output: EncoderOutput,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const program = await findFfmpeg(this.#env);
    if (signal.aborted || this.#disposed) throw cancelled();
    const child = spawn(program, argumentsFor(container, output), {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    lowerPriority(child);
    return encoded(child, input, signal);
  }

  /** Ends every process and takes no more work. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const children = [...this.#children];
    await Promise.all(
      children.map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }),
    );
  }

  /** Processes that are alive. */
  get running(): number {
    return this.#children.size;
  }
}

function argumentsFor(container: Container, { codec, bitrate }: EncoderOutput): readonly string[] {
  return ['-nostdin', '-hide_banner', '-v', 'error', '-protocol_whitelist', 'pipe']
    .concat(['-f', demuxerOf(container), '-i', 'pipe:0', '-map', '0:a:0', '-map_metadata', '-1'])
    .concat(['-flags', '+bitexact', '-fflags', '+bitexact', '-b:a', `${bitrate}`, ...formatOf(codec)])
    .concat(['-flush_packets', '1', 'pipe:1']);
}

function formatOf(codec: EncoderOutput['codec']): readonly string[] {
  switch (codec) {
    case 'opus':
      return ['-c:a', 'libopus', '-f', 'ogg', '-page_duration', `${PAGE_DURATION}`];
    case 'aac':
      return ['-c:a', 'aac', '-f', 'adts'];
    default:
      return assertNever(codec);
  }
}

async function* encoded(
  child: ChildProcess,
  input: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error('ffmpeg was started without its pipes.');
  let errorText = '';
  let failure: Error | undefined;
  stderr.setEncoding('utf8').on('data', (text: string) => {
    errorText = (errorText + text).slice(-MAX_ERROR_TEXT);
  });
  child.once('error', (error) => (failure = error));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const onAbort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', onAbort, { once: true });
  const stop = new AbortController();
  const fed = feed(input, stdin, stop.signal);
  try {
    for await (const bytes of stdout as AsyncIterable<Buffer>) yield bytes;
    await closed;
    if (signal.aborted) throw cancelled();
    if (failure) throw decodeError(failure.message, errorText);
    if (child.exitCode !== 0) throw decodeError(`ffmpeg exited with ${child.exitCode ?? 'nothing'}`, errorText);
    await fed;
  } finally {
    signal.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
    stop.abort();
    // What its input failed with was told above, or is of no interest any more.
    await fed.catch(() => undefined);
    await closed;
  }
}

/** When the process leaves, what it did not take is of no use; its exit code tells why. */
async function feed(input: AsyncIterable<Uint8Array>, stdin: Writable, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(input, stdin, { signal });
  } catch (error) {
    if (errnoOf(error) !== 'EPIPE' && errnoOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function lowerPriority({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, Math.min(HIGHEST_NICENESS, getPriority() + NICENESS));
  } catch (error) {
    // One that has ended by itself needs none.
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

const cancelled = (): LongtakeError => new LongtakeError('CANCELLED', 'Encoding was cancelled.');
