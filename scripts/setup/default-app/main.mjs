// What a plain Electron brings as its default app: runs the project in the
// folder that is given as the first argument which is not a flag. `-r FILE` is
// a CommonJS module to load before it, as a driver of tests asks for.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

/**
 * Electron's own default app uses these; they are not part of its public types.
 * @typedef {Electron.App & { setVersion: (version: string) => void, setAppPath: (path: string) => void }} HostApp
 */
const host = /** @type {HostApp} */ (app);

const flags = process.argv.slice(1);
const required = flags.indexOf('-r');
const [, preload] = required < 0 ? [] : flags.splice(required, 2);
if (preload !== undefined) createRequire(import.meta.url)(resolve(preload));

const given = flags.find((argument) => !argument.startsWith('-'));
if (given === undefined) {
  process.stderr.write('Give the folder of an application to run.\n');
  app.exit(2);
} else {
  const folder = resolve(given);
  try {
    /** @type {{ name?: string, productName?: string, version?: string, main?: string }} */
    const { name, productName, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    host.setName(productName ?? name ?? 'Electron');
    if (version !== undefined) host.setVersion(version);
    host.setAppPath(folder);
    host.setPath('userData', join(host.getPath('appData'), host.getName()));
    // Awaited here, so that `ready` comes after the application has been loaded:
    // some of Electron's calls are forbidden after it.
    await import(pathToFileURL(join(folder, main ?? 'index.js')).href);
  } catch (error) {
    process.stderr.write(`${folder} could not be started: ${error instanceof Error ? error.stack : String(error)}\n`);
    app.exit(1);
  }
}
