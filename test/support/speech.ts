import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const RATE = 8000;

/** A sentence spoken by espeak-ng, from -1 to 1, at 8 kHz. */
export async function speak(text: string): Promise<Float64Array> {
  const run = promisify(execFile);
  const { stdout: wav } = await run('espeak-ng', ['--stdout', text], { encoding: 'buffer', maxBuffer: 2 ** 26 });
  const spokenRate = wav.readUInt32LE(24);
  const samples = Float64Array.from(
    { length: (wav.length - 44) >> 1 },
    (_, at) => wav.readInt16LE(44 + 2 * at) / 32_768,
  );
  const length = Math.floor((samples.length * RATE) / spokenRate);
  return Float64Array.from({ length }, (_, at) => samples[Math.floor((at * spokenRate) / RATE)] ?? 0);
}
