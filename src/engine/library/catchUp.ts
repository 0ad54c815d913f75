import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { listLedger, parseLedgerLine, readLines } from './ledgerReader.ts';
import { absolutePath, staysBelow } from './paths.ts';
import { toGapRow, toRecordingRow } from './rows.ts';
import type { Statements } from './statements.ts';

/** How much of the end of the ledger is read: more than a thousand events. */
const TAIL_BYTES = 512 * 1024;

export interface CatchUpOptions {
  /** Recordings folder, absolute. It may be missing. */
  readonly root: string;
  readonly fileSystem: FileSystem;
}

/**
 * Takes the last events of the ledger into the catalogue that it has not heard of: main may have ended before the
 * recorder did. Rows that are finished are left alone. Returns how many rows changed.
 */
export async function catchUp(statements: Statements, { root, fileSystem }: CatchUpOptions): Promise<number> {
  let changed = 0;
  for (const entry of await lastEntries(root, fileSystem)) {
    if (await apply(statements, entry, root, fileSystem)) changed += 1;
  }
  return changed;
}

/** The newest entry about each recording and gap in the tail of the ledger, oldest first. */
async function lastEntries(root: string, fileSystem: FileSystem): Promise<readonly LedgerEntry[]> {
  const entries = new Map<string, LedgerEntry>();
  // A month may have just begun: the last file alone can be almost empty.
  for (const file of (await listLedger(fileSystem, root)).slice(-2)) {
    for await (const lines of readLines(fileSystem, absolutePath(root, file), TAIL_BYTES)) {
      for (const entry of lines.map(parseLedgerLine)) {
        const id = entry && idOf(entry);
        if (!entry || id === undefined) continue;
        entries.delete(id);
        entries.set(id, entry);
      }
    }
  }
  return [...entries.values()];
}

function idOf(entry: LedgerEntry): string | undefined {
  if (entry.type === 'recording') return entry.recording.id;
  return entry.type === 'gap' ? entry.gap.id : undefined;
}

async function apply(
  statements: Statements,
  entry: LedgerEntry,
  root: string,
  fileSystem: FileSystem,
): Promise<boolean> {
  if (entry.type === 'gap') {
    const known = statements.gapById.get(entry.gap.id);
    if (known && (known.ended_at !== null || entry.gap.to === undefined)) return false;
    statements.putGap(toGapRow(entry.gap));
    return true;
  }
  if (entry.type !== 'recording' || !staysBelow(entry.recording.path)) return false;
  const { recording } = entry;
  const known = statements.recordingById.get(recording.id);
  if (known && (known.state !== 'recording' || recording.state === 'recording')) return false;
  // Without a row, its file may have been deleted since.
  if (!known && !(await fileSystem.stat(absolutePath(root, recording.path)))) return false;
  statements.putRecording(toRecordingRow({ ...recording, root }));
  return true;
}
