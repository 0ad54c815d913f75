import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FuseVersion, flipFuses } from '@electron/fuses';
import { SHIPPING_FUSES } from './fuses.mjs';

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
}
