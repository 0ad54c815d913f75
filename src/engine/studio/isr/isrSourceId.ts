import { type SourceId, sourceId } from '../../../shared/units.ts';
import { stableId } from '../../library/stableId.ts';

/** Changing it changes the identity of every source that was ever recorded by a configuration file. */
const NAMESPACE = '3a6f1d0c-2b7e-4f0a-9a53-6c1f64c0d9e2';

/**
 * The same each time for a section of a file that records into a folder: its ledger goes on after a restart, also when
 * the file was moved.
 */
export function isrSourceId(recordingsFolder: string, fileName: string, section: string): SourceId {
  return sourceId(stableId(NAMESPACE, `${recordingsFolder}\n${fileName}\n${section}`));
}
