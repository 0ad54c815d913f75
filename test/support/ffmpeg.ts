import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/** What ffprobe, an independent reader, says about a file. */
export interface Probed {
  readonly container: string;
  readonly codec: string;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Seconds. */
  readonly duration: number;
  readonly tags: Readonly<Record<string, string>>;
}

const probedSchema = z.object({
  format: z.object({
    format_name: z.string(),
    duration: z.coerce.number().default(0),
    tags: z.record(z.string(), z.string()).default({}),
  }),
  streams: z.array(z.object({ codec_name: z.string(), sample_rate: z.coerce.number(), channels: z.number() })).min(1),
});

export async function probe(path: string): Promise<Probed> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', path]);
  const { format, streams } = probedSchema.parse(JSON.parse(stdout));
  const [stream] = streams;
  return {
    container: format.format_name,
    codec: stream?.codec_name ?? '',
    sampleRate: stream?.sample_rate ?? 0,
    channels: stream?.channels ?? 0,
    duration: format.duration,
    tags: format.tags,
  };
}

export interface Decoded {
  /** Everything that ffmpeg complains about; empty when it is content. */
  readonly complaints: string;
  /** Samples as 16 bits, interleaved. */
  readonly pcm: Buffer;
}

/** Decodes a whole file and stops at the first error. */
export async function decode(path: string): Promise<Decoded> {
  const args = ['-v', 'error', '-xerror', '-nostdin', '-i', path, '-f', 's16le', '-'];
  const { stdout, stderr } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 30 });
  return { complaints: stderr.toString().trim(), pcm: stdout };
}

/** What to encode: a signal that is never the same for long, so that any two places of it differ. */
export interface Recipe {
  /** Seconds; without it, until the process is ended. */
  readonly duration?: number;
  /** Hz. */
  readonly rate?: number;
  readonly channels?: 1 | 2;
  /** Encoder and its settings. */
  readonly encoder: readonly string[];
}

function input({ duration, rate = 44_100, channels = 2 }: Recipe): string[] {
  // A station never plays the same again; a file is the same each time.
  const length = duration === undefined ? '' : `:d=${duration}:seed=1`;
  const noise = `anoisesrc=color=pink:amplitude=0.4:r=${rate}${length}`;
  return ['-f', 'lavfi', '-i', noise, '-ac', `${channels}`];
}

/** Writes an audio file in the container that its name asks for. */
export async function encode(path: string, recipe: Recipe): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input(recipe), ...recipe.encoder, path]);
}

/** Plays in real time to an address, as a station does, until it is stopped. */
export class SourceClient {
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown>;

  constructor(url: string, recipe: Recipe, output: readonly string[]) {
    const args = ['-v', 'error', '-nostdin', '-re', ...input(recipe), ...recipe.encoder, ...output, url];
    this.#process = spawn('ffmpeg', args, { stdio: 'ignore' });
    this.#exit = once(this.#process, 'exit');
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async stop(): Promise<void> {
    if (this.running) this.#process.kill('SIGKILL');
    await this.#exit;
  }
}

export const MP3_128: Recipe = { encoder: ['-c:a', 'libmp3lame', '-b:a', '128k'] };
export const AAC_128: Recipe = { rate: 48_000, encoder: ['-c:a', 'aac', '-b:a', '128k'] };
export const OPUS_96: Recipe = { rate: 48_000, encoder: ['-c:a', 'libopus', '-b:a', '96k'] };
export const VORBIS: Recipe = { encoder: ['-c:a', 'libvorbis', '-q:a', '3'] };
export const FLAC: Recipe = { encoder: ['-c:a', 'flac'] };

/** Hash of each packet of a file, in order; of Ogg, what a demuxer takes out of its pages. `args`: before the file. */
export async function packetHashes(path: string, args: readonly string[] = []): Promise<string[]> {
  const output = ['-show_packets', '-show_data_hash', 'md5', '-show_entries', 'packet=data_hash', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...args, ...output, path], { maxBuffer: 2 ** 28 });
  // Beside a hash may stand what the container says of the packet.
  return stdout.match(/MD5:[0-9a-f]{32}/g) ?? [];
}
