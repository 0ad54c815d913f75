import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FuseVersion, flipFuses } from '@electron/fuses';
import { root } from '../setup/paths.mjs';
import { SHIPPING_FUSES } from './fuses.mjs';
import { LINUX_PROGRAM } from './launcher.mjs';

/**
 * Closes what a packaged program does not need. Runs before the program is signed.
 * @param {import('electron-builder').AfterPackContext} context
 */
export async function afterPack({ appOutDir, packager, electronPlatformName }) {
  const name = packager.appInfo.productFilename;
  const file = {
    darwin: `${name}.app`,
    win32: `${name}.exe`,
    linux: 'executableName' in packager ? String(packager.executableName) : name,
  }[electronPlatformName];
  if (file === undefined) throw new Error(`Nothing is known of the platform ${electronPlatformName}.`);
  await flipFuses(join(appOutDir, file), {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: electronPlatformName === 'darwin',
    ...SHIPPING_FUSES,
  });
  // A runtime that was prepared to run unpacked programs has a default app, which a packaged one must not have.
  const defaultApp = join(appOutDir, 'resources', 'app');
  if (electronPlatformName !== 'darwin' && existsSync(defaultApp)) rmSync(defaultApp, { recursive: true });
  if (electronPlatformName === 'linux') putLauncher(join(appOutDir, file), join(appOutDir, LINUX_PROGRAM));
}

/**
 * Chromium reads its switches before the program itself has a say, so a script decides on them. Everything that starts
 * Longtake, which are the link in /usr/bin, the menu entry and AppRun, starts what has this name.
 * @param {string} launcher
 * @param {string} program
 */
function putLauncher(launcher, program) {
  renameSync(launcher, program);
  copyFileSync(join(root, 'packaging', 'longtake.sh'), launcher);
  chmodSync(launcher, 0o755);
}
