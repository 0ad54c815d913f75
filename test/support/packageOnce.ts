import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { FuseVersion, flipFuses } from '@electron/fuses';
import type { TestProject } from 'vitest/node';
import { DRIVABLE_FUSES } from '../../scripts/packaging/fuses.mjs';
import { LINUX_PROGRAM } from '../../scripts/packaging/launcher.mjs';
import { packageProgram } from '../../scripts/packaging/package.mjs';
import { provideElectron } from '../../scripts/setup/electron.mjs';
import { root } from '../../scripts/setup/paths.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The program as it is given to people. */
    readonly shipped: string;
    /** What people start. */
    readonly launcher: string;
    /** The same program, but that tests may drive it. */
    readonly drivable: string;
  }
}

const PLACE = join(root, 'out', 'test', 'packaged');

/** Packages the program once for all tests. Only on Linux: tests look at the folder as it is there. */
export async function setup(project: TestProject): Promise<void> {
  await rm(PLACE, { recursive: true, force: true });
  const runtime = await provideElectron(() => undefined);
  await packageProgram(runtime, [], () => undefined, { output: PLACE });
  const shipped = join(PLACE, 'linux-unpacked');
  const drivable = join(PLACE, 'drivable');
  await linkFolder(shipped, drivable);
  await flipFuses(join(drivable, LINUX_PROGRAM), { version: FuseVersion.V1, ...DRIVABLE_FUSES });
  project.provide('launcher', join(shipped, 'longtake'));
  project.provide('shipped', join(shipped, LINUX_PROGRAM));
  project.provide('drivable', join(drivable, LINUX_PROGRAM));
}

/** Only the executable is another file: all else is the very same. */
async function linkFolder(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const place = join(to, relative(from, path));
    await mkdir(dirname(place), { recursive: true });
    if (entry.name === LINUX_PROGRAM) await copyFile(path, place);
    else await link(path, place);
  }
}
