import { FfmpegEncoder } from '../../clips/ffmpegEncoder.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import type { OpenBody } from '../../upload/body.ts';
import { createOpenBody } from '../../upload/bodies/openBody.ts';

/** The bytes of recordings as targets take them. */
export function createBodies(): OpenBody {
  return createOpenBody({ fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, encoder: new FfmpegEncoder() });
}
