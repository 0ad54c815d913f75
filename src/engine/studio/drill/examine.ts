import { join } from 'node:path';
import { createMpegAudioParser } from '../../containers/mpegAudio.ts';
import { renderSignal } from '../../capture/generator/signal.ts';
import { listLedger, parseLedgerLine, readLines } from '../../library/ledgerReader.ts';
import { judgeSeam } from '../../library/seamCheck.ts';
import { inspectFile } from '../../recorder/inspect.ts';
import { CLOCK_FILE, LEDGER_FOLDER } from '../../../shared/domain/folders.ts';
import type { Gap, Recording } from '../../../shared/domain/recording.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Decoder } from '../../../shared/ports/decoder.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import { judgeFaults, judgeRest, recordedSpan } from './accounts.ts';
import type { DrilledSource, DrillRecord, Examination, LedgerState } from './protocol.ts';
import { numberOf } from './station.ts';

/** A kill in the moment of opening leaves headers and less than one frame. */
const BARREN_BYTES = 32 * 1024;
const PIECE_BYTES = 256 * 1024;

export interface ExaminePorts {
  readonly fileSystem: FileSystem;
  readonly decoder: Decoder & { available(): Promise<boolean> };
}

/** Reads every file and every line that a drill left, and holds them against what was done. */
export async function examine(record: DrillRecord, ports: ExaminePorts): Promise<Examination> {
  const ledger = await readLedger(record.root, ports.fileSystem);
  const files = new FilesCheck(record, ports, await ports.decoder.available());
  const problems = await strangers(record, ledger, ports.fileSystem);
  const torn = record.faults.filter(({ kind }) => kind === 'kill').length;
  if (ledger.unreadable > torn) problems.push(`The ledger has ${ledger.unreadable} lines that cannot be read.`);
  for (const source of record.sources) await files.check(source, ledger);
  const seams = judgeSeams(record, ledger);
  return {
    faults: judgeFaults(record, ledger),
    filesChecked: files.checked,
    decoded: files.decodes,
    seams: seams.counts,
    comparedSeconds: files.comparedSeconds,
    problems: [...problems, ...files.problems, ...seams.problems, ...judgeRest(record, ledger)],
  };
}

async function readLedger(root: string, fileSystem: FileSystem): Promise<LedgerState> {
  const recordings = new Map<string, LedgerState['recordings'][number]>();
  const gaps = new Map<string, Gap>();
  let unreadable = 0;
  for (const name of await listLedger(fileSystem, root)) {
    for await (const lines of readLines(fileSystem, join(root, name))) {
      for (const line of lines) {
        const entry = parseLedgerLine(line);
        if (!entry) unreadable += 1;
        if (entry?.type === 'recording') recordings.set(entry.recording.id, entry.recording);
        if (entry?.type === 'gap') gaps.set(entry.gap.id, entry.gap);
      }
    }
  }
  return { recordings: [...recordings.values()], gaps: [...gaps.values()], unreadable };
}

/** Files that the ledger does not know. */
async function strangers(
  { root, faults }: DrillRecord,
  ledger: LedgerState,
  fileSystem: FileSystem,
): Promise<string[]> {
  const killed = faults.some(({ kind }) => kind === 'kill');
  const known = new Set(ledger.recordings.map(({ path }) => path));
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const { name, isDirectory } of await fileSystem.list(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (path === CLOCK_FILE || path === LEDGER_FOLDER || path.endsWith('.cue')) continue;
      if (isDirectory) {
        await walk(path);
        continue;
      }
      const bytes = (await fileSystem.stat(join(root, path)))?.bytes ?? 0;
      // A file is made before its row is written: a kill in that moment leaves one that holds next to nothing.
      const isBarren = killed && bytes <= BARREN_BYTES;
      if (!known.has(path) && !isBarren) found.push(`${path} is in no row of the ledger.`);
    }
  };
  await walk('');
  return found;
}

function judgeSeams(record: DrillRecord, ledger: LedgerState) {
  const counts = { gapless: 0, accounted: 0, unproven: 0 };
  const problems: string[] = [];
  for (const { config } of record.sources) {
    const own = ledger.recordings
      .filter(({ sourceId }) => sourceId === config.id)
      .map((recording) => ({ recording: { ...recording, root: record.root }, at: recordedSpan(recording, record) }))
      .toSorted((a, b) => (a.at?.from ?? 0) - (b.at?.from ?? 0));
    for (const [index, { recording }] of own.entries()) {
      const before = own[index - 1]?.recording;
      if (!before) continue;
      const verdict = judgeSeam(before, recording);
      if (verdict.kind === 'wrong') problems.push(`${recording.path}: ${verdict.message}`);
      else counts[verdict.kind] += 1;
    }
  }
  return { counts, problems };
}

type Row = LedgerState['recordings'][number];

/** Every recording, one after another: it is there, as long as the ledger says, decodes, and holds what was played. */
class FilesCheck {
  readonly problems: string[] = [];
  readonly decodes: boolean;
  checked = 0;
  comparedSeconds = 0;
  readonly #record: DrillRecord;
  readonly #ports: ExaminePorts;
  /** Of the last frame, by connection. */
  readonly #numbers = new Map<string, number>();

  constructor(record: DrillRecord, ports: ExaminePorts, decodes: boolean) {
    this.#record = record;
    this.#ports = ports;
    this.decodes = decodes;
  }

  async check(source: DrilledSource, ledger: LedgerState): Promise<void> {
    const own = ledger.recordings.filter(({ sourceId }) => sourceId === source.config.id);
    for (const row of own.toSorted((a, b) => (a.firstSample ?? 0) - (b.firstSample ?? 0))) {
      try {
        await this.#checkOne(source, row);
      } catch (error) {
        this.problems.push(`${row.path}: ${error instanceof LongtakeError ? error.message : String(error)}`);
      }
    }
  }

  async #checkOne(source: DrilledSource, row: Row): Promise<void> {
    const path = join(this.#record.root, row.path);
    const found = await this.#ports.fileSystem.stat(path);
    if (!found) return this.#doubt(row, 'the file is not there.');
    if (row.state === 'recording') return this.#doubt(row, 'the ledger never closed it.');
    if (row.state === 'damaged' && row.samples === 0 && found.bytes <= BARREN_BYTES) return undefined;
    this.checked += 1;
    if (found.bytes !== row.bytes) this.#doubt(row, `it has ${found.bytes} bytes, and the ledger says ${row.bytes}.`);
    const { samples, needsRepair } = await inspectFile(this.#ports.fileSystem, path);
    if (samples !== row.samples) this.#doubt(row, `it has ${samples} samples, and the ledger says ${row.samples}.`);
    if (needsRepair) this.#doubt(row, 'its header does not tell the truth, or its end is torn.');
    if (this.decodes) await this.#decode(source, row, path);
    if (source.plays === 'numbered frames') await this.#checkNumbers(row, path);
    return undefined;
  }

  async #decode({ config, plays }: DrilledSource, row: Row, path: string): Promise<void> {
    const signal = plays === 'signal' && config.kind === 'generator' && config.bitDepth === 16 ? config : undefined;
    const never = new AbortController().signal;
    const { chunks, channels } = await this.#ports.decoder.decodeFile(path, row.container, never);
    let frames = 0;
    for await (const chunk of chunks) {
      const count = chunk.length / (channels * 2);
      const expected = signal && renderSignal(signal, (row.firstSample ?? 0) + frames, count);
      if (expected && !Buffer.from(expected).equals(chunk)) {
        return this.#doubt(row, `it holds something else than the test signal, from sample ${frames} on.`);
      }
      frames += count;
      if (expected) this.comparedSeconds += count / row.format.sampleRate;
    }
    if (frames === 0 && row.samples > 0) this.#doubt(row, 'nothing of it can be decoded.');
    return undefined;
  }

  /** The frames of a connection follow each other, also from one file to the next. */
  async #checkNumbers(row: Row, path: string): Promise<void> {
    const file = await this.#ports.fileSystem.openForReading(path);
    const parser = createMpegAudioParser();
    try {
      for (let at = 0; ; at += PIECE_BYTES) {
        const piece = await file.read(at, PIECE_BYTES);
        const { block } = piece.length > 0 ? parser.push(piece) : parser.flush();
        let from = 0;
        for (const { bytes, samples } of block?.frames ?? []) {
          this.#checkNumber(row, numberOf((block?.bytes ?? new Uint8Array()).subarray(from, from + bytes)));
          from += bytes;
          this.comparedSeconds += samples / row.format.sampleRate;
        }
        if (piece.length === 0) return;
      }
    } finally {
      await file.close();
    }
  }

  #checkNumber(row: Row, number: number | undefined): void {
    const connection = row.connection ?? row.id;
    const last = this.#numbers.get(connection);
    if (number === undefined) this.#doubt(row, 'it holds a frame that the station never sent.');
    else if (last !== undefined && number !== last + 1) {
      this.#doubt(row, `frame ${last} is followed by frame ${number}.`);
    }
    if (number !== undefined) this.#numbers.set(connection, number);
  }

  #doubt({ path }: Pick<Recording, 'path'>, what: string): void {
    this.problems.push(`${path}: ${what}`);
  }
}
