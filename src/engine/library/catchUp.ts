import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import type { Library } from './library.ts';
import { listLedger, parseLedgerLine } from './ledgerReader.ts';
import { absolutePath } from './paths.ts';

const PIECE_BYTES = 128 * 1024;
const NEWLINE = 0x0a;

type LedgerFact = Extract<LedgerEntry, { type: 'recording' | 'gap' }>;

/**
 * Notes what the ledger of a recordings folder tells and the catalogue does not know, because the program ended before
 * it heard of it. Reads the ledger from its end, and only until it meets a piece in which nothing is new. Returns how
 * many rows were added or changed.
 */
export async function catchUpWithLedger(library: Library, root: string, fileSystem: FileSystem): Promise<number> {
  const seen = new Set<string>();
  let changed = 0;
  for (const name of (await listLedger(fileSystem, root)).toReversed()) {
    const file = await fileSystem.openForReading(absolutePath(root, name));
    try {
      for await (const facts of piecesFromEnd(file)) {
        const news = facts.filter((fact) => isNew(library, fact, seen));
        for (const fact of news) save(library, root, fact);
        changed += news.length;
        if (facts.length > 0 && news.length === 0) return changed;
      }
    } finally {
      await file.close();
    }
  }
  return changed;
}

/** A later line about the same thing has been seen already, or the catalogue has it as it is. */
function isNew(library: Library, fact: LedgerFact, seen: Set<string>): boolean {
  const { id } = fact.type === 'recording' ? fact.recording : fact.gap;
  if (seen.has(id)) return false;
  seen.add(id);
  if (fact.type === 'gap') {
    const known = library.gap(fact.gap.id);
    return known === undefined || known.to !== fact.gap.to;
  }
  const known = library.recording(fact.recording.id);
  return known === undefined || known.state !== fact.recording.state || known.samples !== fact.recording.samples;
}

function save(library: Library, root: string, fact: LedgerFact): void {
  if (fact.type === 'gap') library.saveGap(fact.gap);
  else library.saveRecording({ root, ...fact.recording });
}

/** The facts in each piece of the file, from its end to its beginning; within a piece, the last line first. */
async function* piecesFromEnd(file: OpenFile): AsyncGenerator<readonly LedgerFact[]> {
  let end = await file.size();
  let rest: Uint8Array = new Uint8Array(0);
  while (end > 0) {
    const start = Math.max(0, end - PIECE_BYTES);
    const piece = Buffer.concat([await file.read(start, end - start), rest]);
    // The line that began before this piece belongs to the next one.
    const first = start === 0 ? 0 : piece.indexOf(NEWLINE) + 1;
    rest = piece.subarray(0, first);
    end = start;
    if (rest.length > PIECE_BYTES) rest = new Uint8Array(0);
    yield factsIn(piece.subarray(first).toString('utf8'));
  }
}

function factsIn(text: string): readonly LedgerFact[] {
  const facts: LedgerFact[] = [];
  for (const line of text.split('\n').toReversed()) {
    const entry = line.trim() === '' ? undefined : parseLedgerLine(line);
    if (entry?.type === 'recording' || entry?.type === 'gap') facts.push(entry);
  }
  return facts;
}
