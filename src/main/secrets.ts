import { join } from 'node:path';
import { safeStorage } from 'electron';
import type { Secrets } from '../shared/ports/secrets.ts';
import { type Cipher, openSecretsFile } from '../engine/platform/secretsFile.ts';

/**
 * Secrets in `secrets.json` in `folder`, encrypted by the operating system's keychain where there is one.
 * Call it after the app is ready: before, Linux does not know its keychain.
 */
export function openSecrets(folder: string): Secrets {
  return openSecretsFile(join(folder, 'secrets.json'), hasKeychain() ? keychain : undefined);
}

const keychain: Cipher = {
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt: (bytes) => safeStorage.decryptString(bytes),
};

function hasKeychain(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  // Without a secret service, Linux encrypts with a password that everybody knows.
  return process.platform !== 'linux' || !['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}
