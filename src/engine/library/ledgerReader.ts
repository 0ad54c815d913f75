import { type LedgerEntry, ledgerEntrySchema } from '../../shared/domain/ledger.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { absolutePath } from './paths.ts';

const PIECE_BYTES = 128 * 1024;
/** Longer lines are nobody's ledger. */
const MAX_LINE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Names of the ledger files below `root`, oldest first; empty when there is no ledger. */
export async function listLedger(fileSystem: FileSystem, root: string): Promise<readonly string[]> {
  const folder = absolutePath(root, LEDGER_FOLDER);
  if (!(await fileSystem.stat(folder))) return [];
  return (await fileSystem.list(folder))
    .filter((entry) => !entry.isDirectory && entry.name.endsWith('.jsonl'))
    .map((entry) => `${LEDGER_FOLDER}/${entry.name}`)
    .sort();
}

/**
 * Reads one ledger file in pieces of bounded size; yields the lines of each piece, in order. With `tailBytes` only the
 * end of it, whose first line may be the rest of one.
 */
export async function* readLines(
  fileSystem: FileSystem,
  path: string,
  tailBytes = Infinity,
): AsyncGenerator<readonly string[]> {
  const file = await fileSystem.openForReading(path);
  const splitter = new LineSplitter();
  try {
    for (let position = Math.max(0, (await file.size()) - tailBytes); ;) {
      const piece = await file.read(position, PIECE_BYTES);
      if (piece.length === 0) break;
      position += piece.length;
      yield splitter.push(piece);
    }
    yield splitter.end();
  } finally {
    await file.close();
  }
}

/** The entry in a line, or undefined for a torn or foreign one. */
export function parseLedgerLine(line: string): LedgerEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The last line after a power cut; the caller counts it.
    return undefined;
  }
  return ledgerEntrySchema.safeParse(value).data;
}

/** Cuts bytes into lines. A line that is too long is replaced by a text that parses as nothing. */
class LineSplitter {
  #rest = Buffer.alloc(0);
  #overlong = false;

  push(piece: Uint8Array): readonly string[] {
    const bytes = Buffer.concat([this.#rest, piece]);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      lines.push(this.#line(bytes.subarray(start, end)));
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
    if (this.#rest.length > MAX_LINE_BYTES) {
      this.#overlong = true;
      this.#rest = Buffer.alloc(0);
    }
    return lines.filter((line) => line !== '');
  }

  end(): readonly string[] {
    const line = this.#line(this.#rest);
    return line === '' ? [] : [line];
  }

  #line(bytes: Buffer): string {
    if (!this.#overlong) return bytes.toString('utf8').trim();
    this.#overlong = false;
    return OVERLONG;
  }
}

/** Stands for a line that was thrown away, so that it is counted. */
const OVERLONG = '(too long)';
