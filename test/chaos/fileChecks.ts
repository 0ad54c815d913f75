import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CLOCK_FILE, LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import { readPackets, run } from './independentReaders.ts';
import type { LedgerRecording } from './readLedger.ts';

/** What independent programs find in a file. */
export interface FileReport {
  /** Sentences; none for a good file. */
  readonly problems: readonly string[];
  /** Of lossless audio: its samples, little-endian, interleaved; with as many bits as it has, those of streams with 32. */
  readonly pcm: Buffer;
  /** Of other coded audio: a digest of every packet, in order. */
  readonly packets: readonly string[];
}

/** Files below `root`, relative to it, without what Longtake keeps about them. */
export async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith(LEDGER_FOLDER) && path !== CLOCK_FILE);
}

/** Reads a recording's file with programs that know nothing of Longtake, and compares it with what the ledger says. */
export async function checkFile(root: string, recording: LedgerRecording): Promise<FileReport> {
  const path = join(root, recording.path);
  const found = await stat(path);
  const problems = found.size === recording.bytes ? [] : [`has ${found.size} bytes, not ${recording.bytes}`];
  const contents = isLossless(recording) ? await readPcm(path, recording) : await readCoded(path, recording);
  if (contents.complaints !== '') problems.push(`ffmpeg: ${contents.complaints}`);
  if (!(Math.abs(contents.samples - recording.samples) <= contents.tolerance)) {
    problems.push(`has ${contents.samples} samples, not ${recording.samples}`);
  }
  if (recording.container === 'wav') problems.push(...(await checkWav(path, found.size)));
  problems.push(...(await askOwnTool(path, recording)));
  return { problems, pcm: contents.pcm, packets: contents.packets };
}

export function isLossless({ sourceKind, format }: LedgerRecording): boolean {
  return sourceKind === 'soundcard' || format.codec === 'flac';
}

interface Contents {
  readonly complaints: string;
  readonly samples: number;
  /** By how many samples a good file may differ. */
  readonly tolerance: number;
  readonly pcm: Buffer;
  readonly packets: readonly string[];
}

/** Decodes everything, and stops at the first error. */
const STRICT = ['-v', 'error', '-xerror', '-nostdin', '-i'];

async function readPcm(path: string, { sourceKind, format }: LedgerRecording): Promise<Contents> {
  const depth = sourceKind === 'stream' ? 32 : (format.bitDepth ?? 16);
  const output = ['-c:a', `pcm_s${depth}le`, '-f', `s${depth}le`, 'pipe:1'];
  const { output: pcm, complaints } = await run('ffmpeg', [...STRICT, path, ...output]);
  return { complaints, samples: (pcm.length * 8) / (depth * format.channels), tolerance: 0, pcm, packets: [] };
}

async function readCoded(path: string, { container, format }: LedgerRecording): Promise<Contents> {
  const output = ['-f', 'null', '-', '-map', '0:a', '-c', 'copy', '-f', 'framemd5', 'pipe:1'];
  const { output: text, complaints } = await run('ffmpeg', [...STRICT, path, ...output]);
  const { digests, seconds } = readPackets(text.toString());
  const stated = container === 'ogg' ? await statedSeconds(path) : seconds;
  const samples = stated * format.sampleRate - (format.codec === 'opus' ? await preSkip(path) : 0);
  return { complaints, samples, tolerance: container === 'ogg' ? 2 : 1, pcm: Buffer.alloc(0), packets: digests };
}

/** Ogg states where its last page ends. */
async function statedSeconds(path: string): Promise<number> {
  const asked = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  return Number((await run('ffprobe', asked)).output.toString());
}

/** What a player of Opus drops at the start, samples at 48 kHz, which ffprobe counts (RFC 7845 4.2). */
async function preSkip(path: string): Promise<number> {
  const { output } = await run('opusinfo', [path]);
  return Number(/Pre-skip: (\d+)/.exec(output.toString())?.[1] ?? Number.NaN);
}

/** What the programs say of those who made a format. */
async function askOwnTool(path: string, { container, format }: LedgerRecording): Promise<string[]> {
  if (container !== 'ogg' && container !== 'flac') return [];
  const [tool, ...args] = ownTools[format.codec] ?? ownTool;
  const { output, complaints } = await run(tool, [...args, path]);
  const said = `${output.toString()}\n${complaints}`
    .split('\n')
    .filter((line) => /warning|error|hole|invalid/i.test(line));
  // A stream is cut, so the digest of the whole, where it stated one, is that of no file.
  return said.filter((line) => !line.includes('cannot check MD5 signature')).map((line) => `${tool}: ${line}`);
}

type Command = readonly [string, ...string[]];
const ownTool: Command = ['flac', '-t', '-s'];
const ownTools: Partial<Record<LedgerRecording['format']['codec'], Command>> = {
  vorbis: ['ogginfo'],
  opus: ['opusinfo'],
};

const RIFF_AHEAD = 8;
const HEADER_BYTES = 4096;

/** The sizes in the header are those of what is there, and `data` is the last chunk. */
async function checkWav(path: string, size: number): Promise<string[]> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const problems = buffer.readUInt32LE(4) === size - RIFF_AHEAD ? [] : ['the RIFF size is not that of the file'];
    for (let at = 12; at < HEADER_BYTES - RIFF_AHEAD;) {
      const bytes = buffer.readUInt32LE(at + 4);
      const end = at + RIFF_AHEAD + bytes + (bytes % 2);
      if (buffer.toString('latin1', at, at + 4) === 'data') {
        return end === size ? problems : [...problems, 'the data does not fill the file'];
      }
      at = end;
    }
    return [...problems, 'there is no data chunk'];
  } finally {
    await file.close();
  }
}
