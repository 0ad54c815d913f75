import { type CountedFormat, stretchesOf } from './countedAudio.ts';
import type { FileReport } from './fileChecks.ts';
import type { Passed } from './proxy.ts';
import type { LedgerRecording } from './readLedger.ts';

export interface Part {
  readonly recording: LedgerRecording;
  readonly report: FileReport;
}

/** Files that are opened at once may come into the ledger in any order within this time. */
const AT_ONCE_MS = 300;

/**
 * Recordings of one source, in the order of the ledger, as the connections that they were cut from: each begins with a
 * `first` seam.
 */
export function connectionsOf(parts: readonly Part[]): Part[][] {
  const connections: Part[][] = [];
  for (const part of inOrder(parts)) {
    const last = connections.at(-1);
    if (last && part.recording.seam !== 'first') last.push(part);
    else connections.push([part]);
  }
  return connections;
}

/** A connection that begins with the burst of its server opens two files at once, the second of them at its boundary. */
function inOrder(parts: readonly Part[]): Part[] {
  const ordered: Part[] = [];
  for (const part of parts) {
    let at = ordered.length;
    for (let other = ordered[at - 1]; other && isAhead(part, other); other = ordered[at - 1]) at -= 1;
    ordered.splice(at, 0, part);
  }
  return ordered;
}

function isAhead({ recording }: Part, { recording: other }: Part): boolean {
  const together = Math.abs(recording.openedAt - other.openedAt) < AT_ONCE_MS;
  return together && recording.seam === 'first' && other.seam !== 'first' && recording.startedAt < other.startedAt;
}

/** Numbered frames of a connection: each follows the one before, over every seam. */
export function checkNumbers(connection: readonly Part[], format: CountedFormat): string[] {
  const stretches = stretchesOf(Buffer.concat(connection.map(({ report }) => report.pcm)), format);
  const problems: string[] = [];
  for (const [index, stretch] of stretches.entries()) {
    const before = stretches[index - 1];
    // A player that was late leaves silence; between two of its frames there is nothing to be lost.
    if (!before || before.number === 0 || stretch.number === 0) continue;
    const lost = stretch.number - (before.number + before.frames);
    problems.push(`${connection[0]?.recording.path}: ${lost} frames lost at frame ${stretch.at}`);
  }
  return problems;
}

/** How the station's bytes of one connection come out of its files. */
export interface Matched {
  readonly problems: string[];
  /** Bytes that had been passed on before `until` and are not in the files. */
  missingAtEnd(until: number): number;
}

/** Holds the joined bytes of a connection against what was passed on to the recorder. */
export function matchBytes(connection: readonly Part[], joined: Buffer, passed: readonly Passed[]): Matched {
  const path = connection[0]?.recording.path;
  // A server begins with what it sent to the connection before, too: several may hold the beginning.
  const candidates = passed.flatMap((one) => placesOf(joined, one));
  const whole = candidates.findLast(({ equal }) => equal);
  if (whole) return { problems: [], missingAtEnd: (until) => Math.max(0, whole.audio.passedBy(until) - whole.end) };
  const excused = passed.some(({ tampered }) => tampered);
  const problem =
    candidates.length > 0
      ? `${path}: its connection's bytes are not those of the station`
      : `${path}: begins with bytes that the station never sent`;
  return { problems: excused ? [] : [problem], missingAtEnd: () => 0 };
}

function placesOf(joined: Buffer, passed: Passed): { audio: Audio; end: number; equal: boolean }[] {
  const audio = audioOf(passed);
  const from = audio.bytes.indexOf(joined.subarray(0, PROBE_BYTES));
  if (from < 0) return [];
  const end = from + joined.length;
  return [{ audio, end, equal: audio.bytes.subarray(from, end).equals(joined) }];
}

const PROBE_BYTES = 1500;

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
