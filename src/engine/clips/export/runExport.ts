import { basename, dirname, extname, join } from 'node:path';
import { reelSheet } from '../../containers/cue.ts';
import { errnoOf, LongtakeError } from '../../../shared/errors.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import { toDiskError } from '../unfinishedFile.ts';
import { demuxerOf } from '../ffmpeg.ts';
import { MOST_LINKS } from '../chain.ts';
import { kindsOf, unlikeWords } from './alike.ts';
import type { CutJoiner, CutMaker, ExportPiece, ExportPlan, MadeCut } from './exportPlan.ts';
import type { EncodeJob } from './encodeOptions.ts';
import { audacityLabels } from './tables.ts';

export interface ExportTools {
  readonly fileSystem: FileSystem;
  readonly cut: CutMaker;
  readonly join: CutJoiner;
  /** Runs ffmpeg; rejects with DECODER_MISSING where there is none. */
  encode(job: EncodeJob, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void>;
}

export interface ExportRun {
  readonly signal: AbortSignal;
  /** Folder for what is made on the way, absolute, on the volume of the result; it is this export's own, and is gone afterwards. */
  readonly workFolder: string;
  /** How much is done, 0..1. */
  onProgress(fraction: number): void;
}

/** Something that is whole, under a name that nobody else has. */
export interface Exported {
  /** Absolute, in the order of the pieces; a cue sheet comes after its file. */
  readonly files: readonly string[];
  /** Of the first piece to the last, ms since 1970 UTC: what the files really begin and end with. */
  readonly bounds: { readonly from: number; readonly to: number };
}

/**
 * Makes the files of a plan. Nothing is overwritten, and whatever ends it early leaves no file of it behind. Rejects
 * with CANCELLED, DISK_FULL, DAMAGED, DECODER_MISSING, NOT_FOUND, CONFLICT or a Node error of the disk.
 */
export async function runExport(plan: ExportPlan, tools: ExportTools, run: ExportRun): Promise<Exported> {
  const { fileSystem } = tools;
  const made: string[] = [];
  try {
    await fileSystem.makeFolder(run.workFolder);
    const bounds = await (plan.shape === 'one' ? one(plan, tools, run, made) : each(plan, tools, run, made));
    return { files: made, bounds };
  } catch (error) {
    for (const path of made) await remove(fileSystem, path);
    throw run.signal.aborted
      ? new LongtakeError('CANCELLED', 'The export was cancelled.', { cause: error })
      : told(error);
  } finally {
    await clear(fileSystem, run.workFolder);
  }
}

async function each(plan: ExportPlan, tools: ExportTools, run: ExportRun, made: string[]): Promise<Exported['bounds']> {
  let bounds: Exported['bounds'] | undefined;
  const total = plan.pieces.length;
  await tools.fileSystem.makeFolder(plan.folder);
  for (const [index, piece] of plan.pieces.entries()) {
    const part = { ...run, onProgress: (fraction: number) => run.onProgress((index + fraction) / total) };
    const result = await pieceFile(plan, piece, tools, part);
    made.push(result.path);
    bounds = { from: bounds?.from ?? result.from, to: result.to };
  }
  if (!bounds) throw new LongtakeError('INVALID_INPUT', 'There is nothing to export.');
  return bounds;
}

interface PieceFile {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** One piece as a file of its own. */
async function pieceFile(
  plan: ExportPlan,
  piece: ExportPiece,
  tools: ExportTools,
  { signal, workFolder, onProgress }: ExportRun,
): Promise<PieceFile> {
  const { format } = plan;
  if (format.kind === 'cut') {
    return tools.cut(piece, { output: join(plan.folder, piece.name), forDecoder: false, signal, onProgress });
  }
  const half = (fraction: number): void => onProgress(fraction / 2);
  const cut = await tools.cut(piece, { output: join(workFolder, 'cut'), forDecoder: true, signal, onProgress: half });
  const output = join(workFolder, `converted.${format.to}`);
  const job = {
    ...format,
    target: format.to,
    inputs: [{ ...cut, demuxer: demuxerOf(cut.container) }],
    output,
    format: piece.format,
    tags: piece.tags,
  };
  await tools.encode(job, signal, (fraction) => onProgress(0.5 + fraction / 2));
  await tools.fileSystem.removeFile(cut.path);
  const path = await place(tools.fileSystem, output, join(plan.folder, `${piece.name}.${format.to}`));
  return { path, from: cut.from, to: cut.to };
}

/** All pieces in one file, with a cue sheet where they are several, and a label track where that is wanted. */
async function one(plan: ExportPlan, tools: ExportTools, run: ExportRun, made: string[]): Promise<Exported['bounds']> {
  const [first] = plan.pieces;
  if (!first) throw new LongtakeError('INVALID_INPUT', 'There is nothing to export.');
  if (plan.pieces.length === 1) {
    const bounds = await each(plan, tools, run, made);
    const [path] = made;
    const seconds = (bounds.to - bounds.from) / 1000;
    if (plan.labels && path !== undefined) made.push(await writeLabels(plan, [{ at: 0, seconds }], path, tools, run));
    return bounds;
  }
  const cuts = await allCuts(plan, tools, run);
  const { path, places } = await (plan.format.kind === 'cut'
    ? joined(plan, cuts, tools, run)
    : converted(plan, plan.format, cuts, tools, run));
  made.push(path);
  made.push(await writeSheet(plan, places, path, tools.fileSystem, run));
  if (plan.labels) made.push(await writeLabels(plan, places, path, tools, run));
  return { from: cuts[0]?.from ?? 0, to: cuts.at(-1)?.to ?? 0 };
}

/** Where a piece is in the file of all, s. */
interface Placed {
  readonly at: number;
  readonly seconds: number;
}

interface OneFile {
  readonly path: string;
  readonly places: readonly Placed[];
}

/** Joined as recorded, they are cut as they are heard; to be converted, as the decoder needs them. */
async function allCuts(plan: ExportPlan, tools: ExportTools, run: ExportRun): Promise<readonly MadeCut[]> {
  const isJoined = plan.format.kind === 'cut';
  const kinds = kindsOf(plan.pieces);
  if (isJoined && kinds.length > 1) throw new LongtakeError('CONFLICT', unlikeWords(kinds));
  if (isJoined && plan.pieces.length > MOST_LINKS) {
    throw new LongtakeError('INVALID_INPUT', `At most ${MOST_LINKS} pieces are joined. Choose fewer, or a file each.`);
  }
  const total = plan.pieces.length;
  const cuts: MadeCut[] = [];
  for (const [index, piece] of plan.pieces.entries()) {
    const output = join(run.workFolder, `cut${index}`);
    const onProgress = (fraction: number): void => run.onProgress((0.5 * (index + fraction)) / total);
    const options = { output, forDecoder: !isJoined, bare: isJoined && index > 0, signal: run.signal, onProgress };
    cuts.push(await tools.cut(piece, options));
  }
  return cuts;
}

async function joined(
  plan: ExportPlan,
  cuts: readonly MadeCut[],
  tools: ExportTools,
  { signal, onProgress }: ExportRun,
): Promise<OneFile> {
  await tools.fileSystem.makeFolder(plan.folder);
  const { path, starts, seconds } = await tools.join(cuts, {
    output: join(plan.folder, plan.name),
    title: plan.title,
    signal,
    onProgress: (fraction) => onProgress(0.5 + fraction / 2),
  });
  return { path, places: starts.map((at, index) => ({ at, seconds: (starts[index + 1] ?? seconds) - at })) };
}

async function converted(
  plan: ExportPlan,
  format: Extract<ExportPlan['format'], { kind: 'convert' }>,
  cuts: readonly MadeCut[],
  tools: ExportTools,
  run: ExportRun,
): Promise<OneFile> {
  const [first] = plan.pieces;
  if (!first) throw new RangeError('There is nothing to convert.');
  const output = join(run.workFolder, `joined.${format.to}`);
  const job = {
    ...format,
    target: format.to,
    inputs: cuts.map((cut) => ({ ...cut, demuxer: demuxerOf(cut.container) })),
    output,
    format: first.format,
    tags: { ...first.tags, title: plan.title },
  };
  await tools.encode(job, run.signal, (fraction) => run.onProgress(0.5 + fraction / 2));
  const path = await place(tools.fileSystem, output, join(plan.folder, `${plan.name}.${format.to}`));
  let at = 0;
  const places = cuts.map(({ seconds }) => {
    const own = { at, seconds };
    at += seconds;
    return own;
  });
  return { path, places };
}

async function writeSheet(
  plan: ExportPlan,
  places: readonly Placed[],
  audio: string,
  fileSystem: FileSystem,
  run: ExportRun,
): Promise<string> {
  const pieces = plan.pieces.map(({ title }, index) => ({ title, seconds: places[index]?.at ?? 0 }));
  const work = join(run.workFolder, 'sheet.cue');
  await fileSystem.append(work, reelSheet({ title: plan.title, fileName: basename(audio), pieces }));
  return place(fileSystem, work, audio.replace(/\.[^.]+$/, '.cue'));
}

async function writeLabels(
  plan: ExportPlan,
  places: readonly Placed[],
  audio: string,
  { fileSystem }: ExportTools,
  run: ExportRun,
): Promise<string> {
  const labels = plan.pieces.map(({ label }, index) => {
    const { at = 0, seconds = 0 } = places[index] ?? {};
    return { from: at, to: at + seconds, text: label };
  });
  const work = join(run.workFolder, 'labels.txt');
  await fileSystem.append(work, audacityLabels(labels));
  return place(fileSystem, work, audio.replace(/\.[^.]+$/, '.txt'));
}

/** Gives a finished file its name, or the next one with a number that is free. */
async function place(fileSystem: FileSystem, from: string, wanted: string): Promise<string> {
  await fileSystem.makeFolder(dirname(wanted));
  const extension = extname(wanted);
  const stem = wanted.slice(0, wanted.length - extension.length);
  for (let count = 1; ; count += 1) {
    const path = count === 1 ? wanted : `${stem}_${count}${extension}`;
    try {
      await fileSystem.move(from, path);
      return path;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

async function clear(fileSystem: FileSystem, folder: string): Promise<void> {
  if (!(await fileSystem.stat(folder))) return;
  for (const { name } of await fileSystem.list(folder)) await fileSystem.removeFile(join(folder, name));
  await fileSystem.removeFolder(folder);
}

async function remove(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.removeFile(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** What is no error of the disk is a bug, or has its code already. */
const told = (error: unknown): unknown => (errnoOf(error) === undefined ? error : toDiskError(error));
