import { execFile } from 'node:child_process';
import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LEDGER_FOLDER } from '../../src/shared/domain/ledger.ts';
import type { LedgerRecording } from './readLedger.ts';

/** What independent programs find in a file. */
export interface FileReport {
  /** Sentences; none for a good file. */
  readonly problems: readonly string[];
  /** Of a soundcard's file: its samples as they are, little-endian, interleaved. */
  readonly pcm: Buffer;
  /** Of a coded file: a digest of every packet, in order. */
  readonly packets: readonly string[];
}

/** Files below `root`, relative to it, without the ledger. */
export async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith(LEDGER_FOLDER));
}

/** Reads a recording's file with programs that know nothing of Longtake, and compares it with what the ledger says. */
export async function checkFile(root: string, recording: LedgerRecording): Promise<FileReport> {
  const path = join(root, recording.path);
  const found = await stat(path);
  const problems = found.size === recording.bytes ? [] : [`has ${found.size} bytes, not ${recording.bytes}`];
  const coded = recording.sourceKind === 'stream';
  const depth = recording.format.bitDepth ?? 16;
  const output = coded
    ? ['-f', 'null', '-', '-map', '0:a', '-c', 'copy', '-f', 'framemd5', 'pipe:1']
    : ['-c:a', `pcm_s${depth}le`, '-f', `s${depth}le`, 'pipe:1'];
  const decoded = await run('ffmpeg', ['-v', 'error', '-xerror', '-nostdin', '-i', path, ...output]);
  if (decoded.complaints !== '') problems.push(`ffmpeg: ${decoded.complaints}`);
  const packets = coded ? readPackets(decoded.output.toString()) : { digests: [], seconds: 0 };
  const samples = coded
    ? packets.seconds * recording.format.sampleRate
    : (decoded.output.length * 8) / (depth * recording.format.channels);
  if (Math.abs(samples - recording.samples) > (coded ? 1 : 0)) {
    problems.push(`has ${samples} samples, not ${recording.samples}`);
  }
  if (recording.container === 'wav') problems.push(...(await checkWav(path, found.size)));
  for (const [tool, ...args] of ownTools[recording.container] ?? []) {
    const { complaints } = await run(tool ?? '', [...args, path]);
    if (complaints !== '') problems.push(`${tool}: ${complaints}`);
  }
  return { problems, pcm: coded ? Buffer.alloc(0) : decoded.output, packets: packets.digests };
}

/** Programs of those who made a format. */
const ownTools: Readonly<Record<string, readonly (readonly string[])[]>> = {
  flac: [['flac', '-t', '-s']],
};

const RIFF_AHEAD = 8;
const HEADER_BYTES = 4096;

/** The sizes in the header are those of what is there, and `data` is the last chunk. */
async function checkWav(path: string, size: number): Promise<string[]> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const problems = buffer.readUInt32LE(4) === size - RIFF_AHEAD ? [] : ['the RIFF size is not that of the file'];
    for (
      let at = 12;
      at < HEADER_BYTES - RIFF_AHEAD;
      at += RIFF_AHEAD + 2 * Math.ceil(buffer.readUInt32LE(at + 4) / 2)
    ) {
      if (buffer.toString('latin1', at, at + 4) !== 'data') continue;
      const bytes = buffer.readUInt32LE(at + 4);
      return at + RIFF_AHEAD + bytes + (bytes % 2) === size
        ? problems
        : [...problems, 'the data does not fill the file'];
    }
    return [...problems, 'there is no data chunk'];
  } finally {
    await file.close();
  }
}

/** Reads ffmpeg's framemd5. */
export function readPackets(text: string): { readonly digests: string[]; readonly seconds: number } {
  const timeBase = /^#tb 0: (\d+)\/(\d+)$/m.exec(text);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const fields = lines.map((line) => line.split(',').map((field) => field.trim()));
  const ticks = fields.reduce((sum, [, , , duration]) => sum + Number(duration), 0);
  return {
    digests: fields.map((line) => line[5] ?? ''),
    seconds: (ticks * Number(timeBase?.[1] ?? 0)) / Number(timeBase?.[2] ?? 1),
  };
}

/** Runs a program to its end, whatever that is. */
export function run(command: string, args: readonly string[]): Promise<{ output: Buffer; complaints: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { encoding: 'buffer', maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      const said = stderr.toString().trim();
      resolve({ output: stdout, complaints: said === '' && error ? error.message : said });
    });
  });
}
