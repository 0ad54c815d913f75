import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { Target } from '../shared/domain/target.ts';
import { errnoOf, LongtakeError } from '../shared/errors.ts';
import type { TargetId } from '../shared/units.ts';

/** Endings of variables that hold the secret of a target; which one is used is a matter of taste. */
const ENDINGS = ['TOKEN', 'PASSWORD', 'SECRET'] as const;
/** Names the secrets file. */
const FILE_VARIABLE = 'LONGTAKE_SECRETS_FILE';

/** `{ "targets": { "Name of the target": "its token, password or key" } }` */
const fileSchema = z.object({ targets: z.record(z.string(), z.string().min(1)) });

/** What a studio without a keychain works with. */
export interface SecretsEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of this process; undefined where the system has none. */
  readonly uid: number | undefined;
}

/**
 * The secrets of targets from the environment, such as LONGTAKE_TARGET_OFFICE_TOKEN for "Office", and for those that it
 * has not from the file that LONGTAKE_SECRETS_FILE names. Throws SECRETS_UNAVAILABLE for a file that cannot be read, or
 * that others can read.
 */
export function readTargetSecrets(
  targets: readonly Target[],
  { env, uid }: SecretsEnvironment,
): ReadonlyMap<TargetId, string> {
  const path = env[FILE_VARIABLE];
  const fromFile = path === undefined || path === '' ? {} : readSecretsFile(path, uid);
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

function readSecretsFile(path: string, uid: number | undefined): Readonly<Record<string, string>> {
  let text: string;
  try {
    const { mode, uid: owner } = statSync(path);
    if (uid !== undefined && (mode & 0o077) !== 0) {
      throw unavailable(`Others can read the secrets in ${path}. Run: chmod 600 ${path}`);
    }
    if (uid !== undefined && owner !== uid && uid !== 0) {
      throw unavailable(`The secrets file ${path} belongs to somebody else. Make it your own.`);
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof LongtakeError) throw error;
    throw unavailable(`The secrets file ${path} cannot be read (${errnoOf(error) ?? 'unknown error'}).`);
  }
  try {
    return fileSchema.parse(JSON.parse(text)).targets;
  } catch {
    // The parser's own words could quote a secret.
    throw unavailable(`The secrets file ${path} is not of the form {"targets": {"Name": "secret"}}.`);
  }
}

function unavailable(message: string): LongtakeError {
  return new LongtakeError('SECRETS_UNAVAILABLE', message);
}
