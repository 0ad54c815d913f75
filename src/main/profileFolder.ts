import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { app } from 'electron';

/**
 * The folder of everything that this program keeps, recordings excepted; absolute. LONGTAKE_USER_DATA names a separate
 * one. Call it before the app is ready.
 */
export function chooseProfileFolder(): string {
  const own = ownFolder();
  if (own === undefined) return app.getPath('userData');
  mkdirSync(own, { recursive: true });
  app.setPath('userData', own);
  return own;
}

/** What LONGTAKE_USER_DATA names, absolute. */
export function ownFolder(): string | undefined {
  const own = process.env['LONGTAKE_USER_DATA'];
  return own === undefined || own === '' ? undefined : resolve(own);
}
