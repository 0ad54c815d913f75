import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leftOut, packagesOf } from './setup/lock-file.mjs';
import { root } from './setup/paths.mjs';

// To be run after every change of the dependencies: makes package-lock.json good
// for all platforms, whatever the registry that made it carries.
const path = join(root, 'package-lock.json');
/** @type {unknown} */
const lock = JSON.parse(await readFile(path, 'utf8'));
const packages = packagesOf(lock);
if (!packages || typeof lock !== 'object') throw new Error(`${path} is no lock file`);
const added = leftOut(packages);
const all = Object.entries({ ...packages, ...added }).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
await writeFile(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
console.log(`Entries added: ${Object.keys(added).length}.`);
