import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPrivateFile, type SecretsEnvironment } from '../../engine/platform/privateFile.ts';
import { openSecretsFile } from '../../engine/platform/secretsFile.ts';
import { passwordKey } from '../../engine/studio/sources.ts';
import { targetSecretKey } from '../../engine/studio/uploads/targets.ts';
import type { Secrets } from '../../shared/ports/secrets.ts';
import type { StoredState } from '../../shared/ports/settingsStore.ts';
import { readTargetSecrets, variableName } from '../targetSecrets.ts';

/**
 * The secrets of a profile without a keychain: what the environment names counts, then the profile's own file. Throws
 * SECRETS_UNAVAILABLE for files that others can read.
 */
export function openProfileSecrets(folder: string, read: () => StoredState, where: SecretsEnvironment): Secrets {
  const path = join(folder, 'secrets.json');
  if (existsSync(path)) readPrivateFile(path, 'The secrets of the profile', where);
  const file = openSecretsFile(path, undefined);
  const named = (key: string): string | undefined => {
    const { sources, targets = [] } = read();
    const source = sources.find(({ id }) => passwordKey(id) === key);
    if (source) return where.env[`LONGTAKE_PASSWORD_${variableName(source.name)}`] || undefined;
    const target = targets.find(({ id }) => targetSecretKey(id) === key);
    return target && readTargetSecrets([target], where).get(target.id);
  };
  return { ...file, get: async (key) => named(key) ?? file.get(key) };
}
