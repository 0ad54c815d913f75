/** How secrets are protected here; shown to the person before one is stored. */
export type SecretsProtection = 'keychain' | 'private-file' | 'memory';

/** Keeps passwords out of settings, logs and the database. */
export interface Secrets {
  readonly protection: SecretsProtection;
  get(key: string): Promise<string | undefined>;
  set(key: string, secret: string): Promise<void>;
  delete(key: string): Promise<void>;
}
