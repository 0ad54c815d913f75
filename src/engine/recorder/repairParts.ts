import { LongtakeError } from '../../shared/errors.ts';
import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import { asLastPage } from '../containers/ogg/page.ts';
import type { Patch } from '../containers/wav.ts';
import { inspectFlac, inspectOgg } from './inspectParts.ts';

/** Ends an Ogg file with its last whole page, which says so. Rejects with DAMAGED when that cannot be done. */
export async function repairOgg(file: OpenFile): Promise<void> {
  const { lastPage, samples } = await inspectOgg(file);
  const page = await file.read(lastPage.at, lastPage.bytes);
  await change(file, lastPage.at + lastPage.bytes, [{ offset: lastPage.at, bytes: asLastPage(page) }], async () => {
    const after = await inspectOgg(file);
    return after.samples === samples && !after.needsRepair;
  });
}

/**
 * Ends a FLAC file with its last whole frame, and states in its header what is in it. Rejects with DAMAGED when that
 * cannot be done.
 */
export async function repairFlac(file: OpenFile): Promise<void> {
  const { end, patches, samples } = await inspectFlac(file);
  await change(file, end, patches, async () => {
    const after = await inspectFlac(file);
    return after.samples === samples && !after.needsRepair;
  });
}

/** Cuts and patches a file; when it is not right afterwards, it is put back as it was. */
async function change(
  file: OpenFile,
  end: number,
  patches: readonly Patch[],
  isRight: () => Promise<boolean>,
): Promise<void> {
  const size = await file.size();
  const rest = await file.read(end, size - end);
  const before: Patch[] = [];
  for (const { offset, bytes } of patches) before.push({ offset, bytes: await file.read(offset, bytes.length) });
  for (const patch of patches) await file.write(patch.bytes, patch.offset);
  if (end < size) await file.truncate(end);
  await file.sync();
  if (await isRight().catch(notAudio)) return;
  for (const patch of before) await file.write(patch.bytes, patch.offset);
  if (end < size) await file.write(rest, end);
  await file.sync();
  throw new LongtakeError('DAMAGED', 'The end of this file could not be mended.');
}

function notAudio(error: unknown): boolean {
  if (error instanceof LongtakeError) return false;
  throw error;
}
