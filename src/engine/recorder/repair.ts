import { assertNever } from '../../shared/assertNever.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import { fitsPlainHeader, sizePatches } from '../containers/wav.ts';
import { type Inspection, type WavLayout, inspectFile, inspectOpen, wavLayout } from './inspect.ts';
import { repairFlac, repairOgg } from './repairParts.ts';

/**
 * Makes a file that nobody closed playable, and tells what is in it: what a WAV or FLAC header states is set to what is
 * there, a unit that was cut short is taken from the end, and the last page of an Ogg file says that it is the last. The result is checked; when it is wrong the file is put
 * back as it was. Rejects with DAMAGED when nothing can be done, and with a Node error when the disk fails.
 */
export async function repairFile(fileSystem: FileSystem, path: string): Promise<Inspection> {
  const file = await fileSystem.openForRepair(path);
  try {
    const before = await inspectOpen(file, path);
    if (!before.needsRepair) return before;
    await repairContainer(file, before);
    return await inspectOpen(file, path);
  } finally {
    await file.close();
  }
}

/**
 * {@link repairFile}; where the disk refuses that, what is in the file as it stands. A full disk that never writes in
 * place refuses even what takes no room. Rejects as `repairFile` does when the file cannot be read either.
 */
export async function repairIfPossible(
  fileSystem: FileSystem,
  path: string,
  onRefused: (error: unknown) => void,
): Promise<Inspection> {
  try {
    return await repairFile(fileSystem, path);
  } catch (error) {
    if (error instanceof LongtakeError) throw error;
    const found = await inspectFile(fileSystem, path);
    onRefused(error);
    return found;
  }
}

/** In the row of a recording whose header the disk did not let mend. Other containers play whole as they are. */
export function leftUnmended({ container, needsRepair }: Inspection): Pick<Recording, 'unmended'> {
  return container === 'wav' && needsRepair ? { unmended: true } : {};
}

async function repairContainer(file: OpenFile, before: Inspection): Promise<void> {
  switch (before.container) {
    case 'wav':
      return repairWav(file, await wavLayout(file));
    case 'mp3':
    case 'adts':
      return dropTornFrame(file, before);
    case 'ogg':
      return repairOgg(file);
    case 'flac':
      return repairFlac(file);
    default:
      return assertNever(before.container);
  }
}

async function repairWav(file: OpenFile, layout: WavLayout): Promise<void> {
  const { header, dataBytes } = layout;
  if (!header.canBeWide && (header.form === 'RF64' || !fitsPlainHeader(header.dataOffset, dataBytes))) {
    throw new LongtakeError('DAMAGED', 'The header of this WAV file has no room for its true size.');
  }
  const original = await file.read(0, header.dataOffset);
  for (const patch of sizePatches(header, dataBytes)) await file.write(patch.bytes, patch.offset);
  await file.sync();
  if (!(await statesSize(file, dataBytes))) {
    await file.write(original, 0);
    await file.sync();
    throw new LongtakeError('DAMAGED', 'The header of this WAV file could not be mended.');
  }
  await endData(file, layout);
}

async function statesSize(file: OpenFile, dataBytes: number): Promise<boolean> {
  const { header } = await wavLayout(file);
  const end = header.dataOffset + dataBytes + (dataBytes % 2);
  return header.dataBytes === dataBytes && header.riffEnd === end;
}

/** Nothing but the pad byte follows the last whole sample frame. */
async function endData(file: OpenFile, { header, dataBytes }: WavLayout): Promise<void> {
  const end = header.dataOffset + dataBytes;
  await file.truncate(end);
  if (dataBytes % 2 === 1) await file.write(new Uint8Array(1), end);
  await file.sync();
}

async function dropTornFrame(file: OpenFile, before: Inspection): Promise<void> {
  const end = before.bytes - before.trailingBytes;
  const torn = await file.read(end, before.trailingBytes);
  await file.truncate(end);
  await file.sync();
  if ((await samplesOf(file, before)) === before.samples) return;
  await file.write(torn, end);
  await file.sync();
  throw new LongtakeError('DAMAGED', 'The end of this file could not be mended.');
}

async function samplesOf(file: OpenFile, before: Inspection): Promise<number> {
  const after = await inspectOpen(file, before.container === 'mp3' ? '.mp3' : '.aac');
  return after.samples;
}
