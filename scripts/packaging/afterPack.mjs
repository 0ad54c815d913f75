import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

/**
 * Closes what a packaged program does not need: running as plain Node, debugging from the command line, code from
 * outside of its own archive. Runs before the program is signed.
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
  const executable = join(appOutDir, file);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: electronPlatformName === 'darwin',
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  });
  // A runtime that was prepared to run unpacked programs has a default app, which a packaged one must not have.
  const defaultApp = join(appOutDir, 'resources', 'app');
  if (electronPlatformName !== 'darwin' && existsSync(defaultApp)) rmSync(defaultApp, { recursive: true });
}
