import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPackets, run } from './independentReaders.ts';
import { isLossless } from './fileChecks.ts';
import type { Passed } from './proxy.ts';
import { withoutTag } from '../support/withoutTag.ts';
import type { Part } from './seams.ts';

/** How what a station sent in one connection comes out of its files. */
export interface Matched {
  readonly problems: readonly string[];
  /** The part of what had been passed on before `until` that is not in the files, ms. */
  missingAtEnd(until: number): number;
}

/**
 * What a station sent, in units that can be compared: bytes of MPEG and AAC, packets of Ogg, and samples of FLAC, the
 * frames of which get new numbers.
 */
type Units = Buffer | readonly string[];

/** Holds the joined recordings of a connection against what was passed on to the recorder. */
export async function matchStation(
  root: string,
  connection: readonly Part[],
  passed: readonly Passed[],
): Promise<Matched> {
  const [first] = connection;
  if (!first) return { problems: [], missingAtEnd: () => 0 };
  const { recording } = first;
  const joined = await unitsOfFiles(root, connection);
  const ms = connection.reduce((sum, { recording: one }) => sum + (one.samples * 1000) / one.format.sampleRate, 0);
  const perMs = joined.length / ms;
  // A server begins with what it sent to the connection before, too: the last one that has all of it is meant.
  for (const one of passed.toReversed()) {
    const audio = audioOf(one);
    const sent = await unitsOfStation(audio.bytes, first);
    const from = find(sent, joined);
    if (from < 0) continue;
    const end = from + joined.length;
    const perByte = sent.length / Math.max(1, audio.bytes.length);
    return {
      problems: [],
      missingAtEnd: (until) => Math.max(0, (audio.passedBy(until) * perByte - end) / perMs),
    };
  }
  const excused = passed.some(({ tampered }) => tampered);
  const problem = `${recording.path}: its connection is not what the station sent`;
  return { problems: excused ? [] : [problem], missingAtEnd: () => 0 };
}

async function unitsOfFiles(root: string, connection: readonly Part[]): Promise<Units> {
  const [first] = connection;
  if (first && isLossless(first.recording)) return Buffer.concat(connection.map(({ report }) => report.pcm));
  if (first?.recording.container === 'ogg') return connection.flatMap(({ report }) => report.packets);
  return Buffer.concat(
    await Promise.all(connection.map(async ({ recording }) => withoutTag(await readFile(join(root, recording.path))))),
  );
}

async function unitsOfStation(bytes: Buffer, { recording }: Part): Promise<Units> {
  if (!isLossless(recording) && recording.container !== 'ogg') return bytes;
  // The end is cut short, so there may be complaints; files are held to more than that.
  const output = isLossless(recording)
    ? ['-c:a', 'pcm_s32le', '-f', 's32le', 'pipe:1']
    : ['-map', '0:a', '-c', 'copy', '-f', 'framemd5', 'pipe:1'];
  const read = async (part: Buffer): Promise<Buffer> =>
    (await run('ffmpeg', ['-v', 'error', '-i', 'pipe:0', ...output], part)).output;
  if (isLossless(recording)) return read(bytes);
  const packets: string[] = [];
  // Of a chain of streams ffmpeg gives the packets of new headers, too.
  for (const link of linksOf(bytes)) packets.push(...readPackets((await read(link)).toString()).digests);
  return packets;
}

const PAGE = Buffer.from('OggS\0');
/** Of a page that begins a logical stream (RFC 3533 6.). */
const FIRST = 2;

/** The parts of a chain; each begins with a first page. */
function linksOf(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(PAGE); at >= 0; at = bytes.indexOf(PAGE, at + 1)) {
    if ((bytes[at + PAGE.length] ?? 0) === FIRST) starts.push(at);
  }
  return starts.map((start, index) => wholePages(bytes.subarray(start, starts[index + 1] ?? bytes.length)));
}

const PAGE_HEADER_BYTES = 27;

/** Without a page that did not come to its end: ffmpeg would keep back a packet of the one before. */
function wholePages(link: Buffer): Buffer {
  let end = 0;
  for (;;) {
    const bodyAt = end + PAGE_HEADER_BYTES + (link[end + PAGE_HEADER_BYTES - 1] ?? 0);
    const lacing = link.subarray(end + PAGE_HEADER_BYTES, bodyAt);
    const next = bodyAt + lacing.reduce((sum, length) => sum + length, 0);
    if (next > link.length) return link.subarray(0, end);
    end = next;
  }
}

const PROBE_BYTES = 1500;
const PROBE_PACKETS = 3;

/** Where `part` is in `whole`; -1 for nowhere. */
function find(whole: Units, part: Units): number {
  if (Buffer.isBuffer(whole) && Buffer.isBuffer(part)) {
    const from = whole.indexOf(part.subarray(0, PROBE_BYTES));
    return from >= 0 && whole.subarray(from, from + part.length).equals(part) ? from : -1;
  }
  if (Buffer.isBuffer(whole) || Buffer.isBuffer(part)) return -1;
  const probe = part.slice(0, PROBE_PACKETS);
  const from = whole.findIndex((_, index) => probe.every((digest, offset) => whole[index + offset] === digest));
  return from >= 0 && part.every((digest, index) => whole[from + index] === digest) ? from : -1;
}

interface Audio {
  readonly bytes: Buffer;
  /** How much of it had been passed on at a true instant. */
  passedBy(until: number): number;
}

const HEAD_END = '\r\n\r\n';

/** The audio of a reply, without its head and without the titles that Icecast puts between. */
function audioOf({ pieces }: Passed): Audio {
  const all = Buffer.concat(pieces.map(({ bytes }) => bytes));
  const bodyAt = all.indexOf(HEAD_END) + HEAD_END.length;
  const interval = Number(/^icy-metaint: *(\d+)/im.exec(all.toString('latin1', 0, bodyAt))?.[1] ?? Infinity);
  const parts: Buffer[] = [];
  for (let at = bodyAt; at < all.length;) {
    parts.push(all.subarray(at, Math.min(all.length, at + interval)));
    at += interval;
    at += 1 + 16 * (all[at] ?? 0);
  }
  return {
    bytes: Buffer.concat(parts),
    passedBy: (until) => {
      const raw = pieces.filter(({ at }) => at <= until).reduce((sum, { bytes }) => sum + bytes.length, 0) - bodyAt;
      // Titles are rare and short: each is a byte and, when it changes, a few hundred.
      return Math.max(0, raw - Math.floor(raw / interval));
    },
  };
}
