import { type ChildProcess, spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { decodeError } from './ffmpegOutput.ts';
import { findFfmpeg } from './findFfmpeg.ts';

/** Hz of what is encoded, whatever comes in. */
export const AAC_RATE = 48_000;
/** Sample frames of one AAC frame (ISO/IEC 14496-3 4.5.2.1.1). */
export const AAC_FRAME = 1024;
/** bit/s: clean for music in stereo, and little enough for a phone on the road. */
const BITRATE = 128_000;
/** Added to this process's niceness: listening can wait, receiving cannot. */
const NICENESS = 10;
const HIGHEST_NICENESS = 19;
const MAX_ERROR_TEXT = 8192;
const WAV_PROBE_BYTES = 32 * 1024;
/** A killed process is gone in a moment, unless it hangs in the system. */
const EXIT_WAIT_MS = 2000;

/** What can be turned into AAC while it comes. Webm is what browsers record. */
export type EncoderInput = 'wav' | 'mp3' | 'ogg' | 'flac' | 'webm' | 'mp4';

const demuxers: Readonly<Record<EncoderInput, string>> = {
  wav: 'wav',
  mp3: 'mp3',
  ogg: 'ogg',
  flac: 'flac',
  webm: 'matroska',
  mp4: 'mov',
};

export interface AacJob {
  readonly kind: EncoderInput;
  /** From a start that ffmpeg understands on. */
  readonly input: AsyncIterable<Uint8Array>;
  /** It is AAC already, and is taken out as it is. */
  readonly copy?: boolean;
  /** Sample frames at {@link AAC_RATE} that are left out at the start. */
  readonly skipSamples: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * AAC in ADTS, mono or stereo at {@link AAC_RATE}, of all that comes. The pieces end with the input; they throw
 * DAMAGED, FORMAT_UNSUPPORTED, DECODER_MISSING or CANCELLED, and whatever the input throws.
 */
export async function* encodeAac(job: AacJob): AsyncGenerator<Uint8Array> {
  const program = await findFfmpeg();
  if (job.signal.aborted) throw cancelled();
  const child = spawn(program, [...inputOptions(job.kind), ...outputOptions(job)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const exited = new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('close', () => resolve(undefined));
  });
  lowerPriority(child, job.log);
  let errorText = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorText = (errorText + text).slice(-MAX_ERROR_TEXT);
  });
  const onAbort = (): void => void child.kill('SIGKILL');
  job.signal.addEventListener('abort', onAbort, { once: true });
  const fed = feed(child, job.input);
  try {
    const { stdout } = child;
    if (!stdout) throw new Error('ffmpeg was started without an output.');
    for await (const bytes of stdout) yield bytes as Buffer;
    const failure = await exited;
    if (job.signal.aborted) throw cancelled();
    const broken = await fed;
    if (broken) throw broken;
    if (failure) throw decodeError(failure.message, errorText);
    const { exitCode, signalCode } = child;
    if (exitCode !== 0) throw decodeError(`ffmpeg exited with ${exitCode ?? signalCode ?? 'nothing'}`, errorText);
  } finally {
    job.signal.removeEventListener('abort', onAbort);
    await end(child, exited, job.log);
  }
}

function inputOptions(kind: EncoderInput): string[] {
  return ['-nostdin', '-hide_banner', '-v', 'error', '-protocol_whitelist', 'pipe'].concat(
    kind === 'mp4' ? ['-ignore_editlist', '1'] : [],
    // With a size that is open it would wait for up to a minute of audio to look at.
    kind === 'wav' ? ['-probesize', String(WAV_PROBE_BYTES)] : [],
    ['-f', demuxers[kind], '-i', 'pipe:0', '-map', '0:a:0'],
  );
}

function outputOptions({ copy, skipSamples }: AacJob): string[] {
  return [...(copy ? ['-c:a', 'copy'] : encoding(skipSamples)), '-flush_packets', '1', '-f', 'adts', 'pipe:1'];
}

function encoding(skipSamples: number): string[] {
  const filters = [`aresample=${AAC_RATE}`, 'aformat=channel_layouts=mono|stereo'];
  if (skipSamples > 0) filters.push(`atrim=start_sample=${skipSamples}`, 'asetpts=PTS-STARTPTS');
  // Twice as fast, which counts where hours have to be caught up with.
  return ['-af', filters.join(','), '-c:a', 'aac', '-aac_coder', 'fast', '-b:a', String(BITRATE)];
}

/** Gives ffmpeg its input; resolves with what the input threw. */
async function feed(child: ChildProcess, input: AacJob['input']): Promise<Error | undefined> {
  if (!child.stdin) return undefined;
  let broken: Error | undefined;
  async function* watched(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      // Otherwise its end would look like the end of the audio.
      child.kill('SIGKILL');
      throw error;
    }
  }
  try {
    await pipeline(watched(input), child.stdin);
    return undefined;
  } catch {
    // A program that ended takes nothing more; why it did is told by how it ended.
    return broken;
  }
}

async function end(child: ChildProcess, exited: Promise<unknown>, log: Log): Promise<void> {
  child.kill('SIGKILL');
  child.stdin?.destroy();
  child.stdout?.destroy();
  const stop = new AbortController();
  const late = wait(EXIT_WAIT_MS, 'late', { signal: stop.signal }).catch(() => undefined);
  if ((await Promise.race([exited, late])) === 'late') {
    log.warn('ffmpeg was killed and has not ended yet.', { pid: child.pid });
  }
  stop.abort();
}

function lowerPriority({ pid }: ChildProcess, log: Log): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, Math.min(HIGHEST_NICENESS, getPriority() + NICENESS));
  } catch (error) {
    // One that has ended by itself needs none.
    if (errnoOf(error) !== 'ESRCH') log.debug('The priority of ffmpeg could not be lowered.', { error: String(error) });
  }
}

const cancelled = (): LongtakeError => new LongtakeError('CANCELLED', 'Encoding was cancelled.');
