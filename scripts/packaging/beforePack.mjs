import { gatherFfmpeg } from './ffmpeg.mjs';
import { gatherModules } from './modules.mjs';
import { gatherProcesses } from './processes.mjs';

/** electron-builder's numbers of processor architectures, in Node's words. */
const ARCHITECTURES = ['ia32', 'x64', 'arm', 'arm64'];

/**
 * Gathers what the program for this platform consists of.
 * @param {{ electronPlatformName: string, arch: number }} context of electron-builder
 */
export async function beforePack({ electronPlatformName, arch }) {
  const name = ARCHITECTURES[arch];
  if (name === undefined) throw new Error(`There is no package for the processor architecture ${arch}.`);
  const files = await gatherProcesses();
  await gatherModules({ platform: electronPlatformName, arch: name }, files);
  await gatherFfmpeg(process.env['LONGTAKE_PACKAGE_FFMPEG'], electronPlatformName);
}
