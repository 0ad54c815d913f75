import { type CountedFormat, stretchesOf } from './countedAudio.ts';
import type { FileReport } from './fileChecks.ts';
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

/**
 * A connection that begins with the burst of its server opens two files at once, the second of them at its boundary; so
 * does a disk that answers again after two boundaries.
 */
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
  return together && recording.startedAt < other.startedAt;
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
