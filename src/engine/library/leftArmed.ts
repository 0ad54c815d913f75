import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { type Millis, millis, samples, samplesToMillis, type SourceId, sourceId } from '../../shared/units.ts';
import { listLedger, parseLedgerLine, readLines } from './ledgerReader.ts';
import { absolutePath } from './paths.ts';

/** How much of the end of the ledger is read: thousands of events, also where stations change titles all the time. */
const TAIL_BYTES = 2 * 1024 * 1024;
/** Lines may be written so much out of order; one that is older than that was written after the clock was set back. */
const DISORDER_MS = 2000;

interface Trace {
  armed: boolean;
  /** Until when the ledger accounts for the source; ms since 1970 UTC. */
  until: number;
  /** When its last line was written. */
  at: number;
}

/**
 * The sources that nobody disarmed before the ledger of `root` (absolute) ends, and until when it accounts for each.
 * What follows is lost: the program ended without a word. Rejects with what the file system says.
 */
export async function leftArmed(root: string, fileSystem: FileSystem): Promise<ReadonlyMap<SourceId, Millis>> {
  const traces = new Map<string, Trace>();
  // A month may have just begun: the last file alone can be almost empty.
  for (const file of (await listLedger(fileSystem, root)).slice(-2)) {
    for await (const lines of readLines(fileSystem, absolutePath(root, file), TAIL_BYTES)) {
      for (const line of lines) {
        const entry = parseLedgerLine(line);
        if (entry && isAboutSource(entry)) follow(traces, entry);
      }
    }
  }
  const left = [...traces].filter(([, trace]) => trace.armed && Number.isFinite(trace.until));
  return new Map(left.map(([id, { until }]) => [sourceId(id), millis(until)]));
}

type SourceEntry = Extract<LedgerEntry, { type: 'recording' | 'gap' | 'armed' | 'disarmed' }>;

/** The others are about files that were closed long ago. */
function isAboutSource(entry: LedgerEntry): entry is SourceEntry {
  return ['recording', 'gap', 'armed', 'disarmed'].includes(entry.type);
}

function follow(traces: Map<string, Trace>, entry: SourceEntry): void {
  const id = idOf(entry);
  const trace = traces.get(id) ?? { armed: true, until: Number.NEGATIVE_INFINITY, at: entry.at };
  traces.set(id, trace);
  if (entry.at < trace.at - DISORDER_MS) trace.until = Number.NEGATIVE_INFINITY;
  trace.at = entry.at;
  if (entry.type === 'armed' || entry.type === 'disarmed') trace.armed = entry.type === 'armed';
  trace.until = Math.max(trace.until, Math.min(endOf(entry), entry.at));
}

function idOf(entry: SourceEntry): string {
  if (entry.type === 'recording') return entry.recording.sourceId;
  return entry.type === 'gap' ? entry.gap.sourceId : entry.sourceId;
}

function endOf(entry: SourceEntry): number {
  if (entry.type === 'gap') return entry.gap.to ?? entry.gap.from;
  if (entry.type !== 'recording') return entry.at;
  const { startedAt, samples: length, format } = entry.recording;
  return format.sampleRate > 0 ? startedAt + samplesToMillis(samples(length), format.sampleRate) : startedAt;
}
