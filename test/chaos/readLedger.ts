import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LedgerEntry, ledgerEntrySchema } from '../../src/shared/domain/ledger.ts';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import type { Gap, Recording } from '../../src/shared/domain/recording.ts';
import type { SourceId } from '../../src/shared/units.ts';

export type LedgerRecording = Omit<Recording, 'root'>;

/** What a ledger says in the end. */
export interface LedgerState {
  readonly recordings: readonly LedgerRecording[];
  readonly gaps: readonly Gap[];
  /** Lines about arming and disarming, in order. */
  readonly arming: readonly Extract<LedgerEntry, { type: 'armed' | 'disarmed' }>[];
  /** Lines that are none: torn by a kill, or by a disk that was full. */
  readonly unreadable: number;
}

export async function readLedger(root: string): Promise<LedgerState> {
  const folder = join(root, LEDGER_FOLDER);
  const names = (await readdir(folder)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const recordings = new Map<string, LedgerRecording>();
  const gaps = new Map<string, Gap>();
  const arming: LedgerState['arming'][number][] = [];
  let unreadable = 0;
  for (const line of texts.join('\n').split('\n')) {
    if (line === '') continue;
    const entry = readEntry(line);
    if (!entry) unreadable += 1;
    if (entry?.type === 'recording') {
      recordings.set(entry.recording.id, entry.recording);
    }
    if (entry?.type === 'gap') gaps.set(entry.gap.id, entry.gap);
    if (entry?.type === 'armed' || entry?.type === 'disarmed') arming.push(entry);
  }
  return { recordings: [...recordings.values()], gaps: [...gaps.values()], arming, unreadable };
}

/** What a state says of one source, in order of time. */
export function ofSource(state: LedgerState, id: SourceId): Pick<LedgerState, 'recordings' | 'gaps'> {
  return {
    recordings: state.recordings.filter(({ sourceId }) => sourceId === id),
    gaps: state.gaps.filter(({ sourceId }) => sourceId === id),
  };
}

function readEntry(line: string): LedgerEntry | undefined {
  try {
    return ledgerEntrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    // A line that a kill has torn; it is counted.
    return undefined;
  }
}
