import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as fc from 'fast-check';

const run = promisify(execFile);

/** Runs a program to its end; rejects with what it printed when it fails. */
export async function tool(command: string, args: readonly string[]): Promise<{ out: Buffer; complaints: string }> {
  const { stdout, stderr } = await run(command, [...args], { encoding: 'buffer', maxBuffer: 2 ** 28 });
  return { out: stdout, complaints: stderr.toString().trim() };
}

export interface Signal {
  /** Hz */
  readonly rate: number;
  readonly channels: number;
  /** Seconds. */
  readonly duration: number;
  readonly bits?: 16 | 24;
}

/** A WAV file in which no two places are alike. */
export async function writeSignal(path: string, { rate, channels, duration, bits = 16 }: Signal): Promise<void> {
  const tones = Array.from(
    { length: channels },
    (_, index) => `0.3*sin(${300 + 170 * index}*t*(1+0.1*t))+0.05*(random(${index})-0.5)`,
  );
  const input = `aevalsrc=${tones.join('|')}:s=${rate}:d=${duration}`;
  await tool('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', input, '-c:a', `pcm_s${bits}le`, path]);
}

/** The bytes in pieces of these lengths, over and over. */
export function cutInto(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const length = lengths[index % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Lengths of pieces, from single bytes to more than a network packet. */
export const pieceLengths = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20_000 }), fc.constant(1448)),
  { minLength: 1, maxLength: 12 },
);

export function join(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts);
}

/** One damage done to a stream: bytes changed, cut out or put in. */
export function damaged(stream: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat({ max: stream.length - 1 });
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300, min: 0xf8 }),
    fc.tuple(place, fc.nat({ max: 30_000 })).map(([at, length]) => stream.subarray(at, at + length)),
  );
  return fc.array(fc.tuple(place, fc.nat({ max: 3000 }), junk), { minLength: 1, maxLength: 6 }).map((changes) =>
    changes.reduce<Uint8Array>((bytes, [at, removed, put]) => {
      const from = Math.min(at, bytes.length);
      return join([bytes.subarray(0, from), put, bytes.subarray(from + removed)]);
    }, stream),
  );
}
