import type { SourceConfig } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { loadFlacLibrary } from './flacLibrary.ts';

/**
 * Encoders are made between two samples, so what they need is there before the first. Rejects with DEVICE_FORMAT when
 * FLAC cannot hold what the source captures.
 */
export async function prepareFlac(config: SourceConfig): Promise<void> {
  if (config.kind === 'stream' || config.container !== 'flac') return;
  if (config.channels > 8 || config.bitDepth > 24) {
    throw new LongtakeError(
      'DEVICE_FORMAT',
      `FLAC holds at most 8 channels of 24 bits, not ${config.channels} of ${config.bitDepth}. Choose fewer, or WAV.`,
    );
  }
  await loadFlacLibrary();
}
