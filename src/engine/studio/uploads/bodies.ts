import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import { FfmpegEncoder } from '../../clips/ffmpegEncoder.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import { createOpenBody } from '../../upload/bodies/openBody.ts';
import type { OpenBody } from '../../upload/body.ts';

export interface Bodies {
  readonly openBody: OpenBody;
  /** Ends every encoder. */
  dispose(): Promise<void>;
}

/** The bytes of recordings as targets take them. */
export function createBodies(fileSystem: FileSystem): Bodies {
  const encoder = new FfmpegEncoder();
  return {
    openBody: createOpenBody({ fileSystem, loadFlac: loadFlacLibrary, encoder }),
    dispose: () => encoder.dispose(),
  };
}
