import { FuseV1Options } from '@electron/fuses';

/**
 * What a program that is given to people can no longer be told to do from outside: run as plain Node, take options of
 * Node, be debugged, run code from anywhere but its own unchanged archive.
 */
export const SHIPPING_FUSES = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
};

/** The same, but that tests may drive it. It is given to nobody. */
export const DRIVABLE_FUSES = { ...SHIPPING_FUSES, [FuseV1Options.EnableNodeCliInspectArguments]: true };
