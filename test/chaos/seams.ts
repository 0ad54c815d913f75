import { type CountedFormat, stretchesOf } from './countedAudio.ts';
import type { FileReport } from './fileChecks.ts';
import type { LedgerRecording } from './readLedger.ts';

export interface Part {
  readonly recording: LedgerRecording;
  readonly report: FileReport;
}

/**
 * Recordings of one source as the connections that they were cut from, in the order of the ledger. A recording that says
 * that audio is missing before it begins another: what is lost is in the ledger, and nothing else may be.
 */
export function connectionsOf(parts: readonly Part[]): Part[][] {
  const ids = [...new Set(parts.map(({ recording }) => recording.connection))];
  return ids.flatMap((id) => {
    const own = parts.filter(({ recording }) => recording.connection === id);
    const stretches: Part[][] = [];
    for (const part of own.toSorted((a, b) => firstOf(a) - firstOf(b))) {
      const last = stretches.at(-1);
      if (last && part.recording.seam !== 'missing') last.push(part);
      else stretches.push([part]);
    }
    return stretches;
  });
}

function firstOf({ recording }: Part): number {
  return recording.firstSample ?? 0;
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
