import { z } from 'zod';
import { readPrivateFile, type SecretsEnvironment } from '../engine/platform/privateFile.ts';
import type { Target } from '../shared/domain/target.ts';
import { LongtakeError } from '../shared/errors.ts';
import type { TargetId } from '../shared/units.ts';

/** Endings of variables that hold the secret of a target; which one is used is a matter of taste. */
const ENDINGS = ['TOKEN', 'PASSWORD', 'SECRET'] as const;
/** Names the secrets file. */
const FILE_VARIABLE = 'LONGTAKE_SECRETS_FILE';

/** `{ "targets": { "Name of the target": "its token, password or key" } }` */
const fileSchema = z.object({ targets: z.record(z.string(), z.string().min(1)) });

/**
 * The secrets of targets from the environment, such as LONGTAKE_TARGET_OFFICE_TOKEN for "Office", and for those that it
 * has not from the file that LONGTAKE_SECRETS_FILE names. Throws SECRETS_UNAVAILABLE for a file that cannot be read, or
 * that others can read.
 */
export function readTargetSecrets(
  targets: readonly Target[],
  reader: SecretsEnvironment,
): ReadonlyMap<TargetId, string> {
  const { env } = reader;
  const path = env[FILE_VARIABLE];
  const fromFile = path === undefined || path === '' ? {} : readSecretsFile(path, reader);
  return new Map(
    targets.flatMap(({ id, name }) => {
      const given = ENDINGS.map((ending) => env[`LONGTAKE_TARGET_${variableName(name)}_${ending}`]);
      const secret = given.find((value) => value !== undefined && value !== '') ?? fromFile[name];
      return secret === undefined ? [] : [[id, secret] as const];
    }),
  );
}

/** As it is in the names of variables: `Office 2` becomes `OFFICE_2`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
}

function readSecretsFile(path: string, reader: SecretsEnvironment): Readonly<Record<string, string>> {
  const text = readPrivateFile(path, FILE_VARIABLE, reader);
  try {
    return fileSchema.parse(JSON.parse(text)).targets;
  } catch {
    // The parser's own words could quote a secret.
    throw new LongtakeError(
      'SECRETS_UNAVAILABLE',
      `The secrets file ${path} is not of the form {"targets": {"Name": "secret"}}.`,
    );
  }
}
