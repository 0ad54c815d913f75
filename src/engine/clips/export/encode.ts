import type { ChildProcess } from 'node:child_process';
import fluentFfmpeg from 'fluent-ffmpeg';
import { LongtakeError } from '../../../shared/errors.ts';
import { decodeError } from '../ffmpegOutput.ts';
import { encodedSeconds, type EncodeJob, filterGraph, targetOptions } from './encodeOptions.ts';

/** Added to this process's niceness: an export can wait, recording cannot. */
const NICENESS = 10;
const STDERR_LINES = 40;

export interface EncodeOptions {
  /** Absolute path of ffmpeg. */
  readonly program: string;
  readonly signal: AbortSignal;
  /** How much is done, 0..1. */
  onProgress(fraction: number): void;
}

/**
 * Runs ffmpeg once. Rejects with CANCELLED, DAMAGED, FORMAT_UNSUPPORTED or DECODER_MISSING when the process has ended;
 * what it wrote is left for the caller to remove.
 */
export async function encode(job: EncodeJob, { program, signal, onProgress }: EncodeOptions): Promise<void> {
  if (signal.aborted) throw cancelled();
  const command = fluentFfmpeg({ niceness: NICENESS, stdoutLines: STDERR_LINES }).setFfmpegPath(program);
  for (const { path, demuxer } of job.inputs) {
    command.input(path).inputFormat(demuxer).inputOptions('-protocol_whitelist', 'file');
  }
  command
    .complexFilter(filterGraph(job))
    .outputOptions('-map', '[out]', '-nostdin', '-hide_banner', '-v', 'error', '-stats', ...targetOptions(job))
    .output(job.output);
  const total = encodedSeconds(job);
  command.on('progress', ({ timemark }: { readonly timemark?: string }) => {
    const done = secondsOf(timemark);
    if (done !== undefined && total > 0) onProgress(Math.min(1, done / total));
  });
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      // The type declarations leave this property out; the library sets it right before `start`.
      (command as unknown as { readonly ffmpegProc?: ChildProcess }).ffmpegProc?.kill('SIGKILL');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', onAbort);
      act();
    };
    command
      .on('start', () => {
        if (signal.aborted) onAbort();
      })
      .on('end', () => settle(resolve))
      .on('error', (error: Error, _stdout: unknown, stderr: unknown) => {
        const text = typeof stderr === 'string' ? stderr : '';
        settle(() => reject(signal.aborted ? cancelled() : decodeError(error.message, text, job.inputs[0]?.path)));
      })
      .run();
  });
}

/** `00:01:02.34`, as ffmpeg says it. */
function secondsOf(timemark: string | undefined): number | undefined {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(timemark ?? '') ?? [];
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

const cancelled = (): LongtakeError => new LongtakeError('CANCELLED', 'The export was cancelled.');
