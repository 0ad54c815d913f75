import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Removed } from './keepingStore.ts';
import { absolutePath, staysBelow } from './paths.ts';
import { isInTrash } from './trash.ts';

/**
 * What a `removed` line of the ledger came to. The line is written before the file is moved: where the file is still in
 * its old place, as it was, and not in the trash, nothing was removed (undefined).
 */
export async function whatWasRemoved(
  entry: Extract<LedgerEntry, { type: 'removed' }>,
  root: string,
  fileSystem: FileSystem,
): Promise<Removed | undefined> {
  const { recording, trash, at, reason, belongings } = entry;
  if (!staysBelow(recording.path)) return undefined;
  const inTrash = isInTrash(trash) && (await fileSystem.stat(absolutePath(root, trash))) !== undefined;
  const inPlace = await fileSystem.stat(absolutePath(root, recording.path));
  if (!inTrash && inPlace?.bytes === recording.bytes) return undefined;
  return {
    recording: { ...recording, root },
    removedAt: at,
    reason,
    trash: inTrash ? trash : undefined,
    belongings: belongings.filter(staysBelow),
  };
}
