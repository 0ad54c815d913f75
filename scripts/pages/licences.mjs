import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|unlicense|notice)/i;
/** The part of a README that is a licence, up to the next heading of its rank or the end. */
const LICENCE_SECTION = /^#+\s*licen[cs]e[^\n]*\n([^]+?)(?=^#{1,2}\s|(?![^]))/im;
/** A section that only names the licence is not its text. */
const LEAST_TEXT = 300;

/**
 * Packages that name a licence and bring no text of it, each with where its text comes from: a package of the same
 * people under the same licence that has it, or the plain text of the licence with their name.
 * @type {Readonly<Record<string, { from: string } | { author: string }>>}
 */
const WITHOUT_TEXT = {
  '@aws-sdk/credential-provider-http': { from: '@aws-sdk/client-s3' },
  '@aws-sdk/credential-provider-login': { from: '@aws-sdk/client-s3' },
  '@aws-sdk/nested-clients': { from: '@aws-sdk/client-s3' },
  '@nodable/entities': { author: 'Amit Gupta' },
  'abstract-logging': { author: 'James Sumners' },
  'react-remove-scroll-bar': { author: 'Anton Korzunov' },
  strftime: { author: 'Sami Samhuri' },
};

/** @param {string} author */
const mit = (author) => `MIT License

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/**
 * The licence of every package that the program needs when it runs, from the package's own files.
 * @param {string} root folder of package-lock.json and node_modules
 * @returns {Promise<{ name: string, version: string, licence: string, text: string }[]>}
 * @throws when a package has none
 */
export async function collectLicences(root) {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  /** @type {[string, { version?: string, dev?: boolean, devOptional?: boolean, optional?: boolean, link?: boolean }][]} */
  const entries = Object.entries(lock.packages);
  const found = [];
  const without = [];
  for (const [path, entry] of entries) {
    // The program itself, what is linked into it, and what only its making needs.
    if (path === '' || entry.link === true || entry.dev === true || entry.devOptional === true) continue;
    if (!path.includes('node_modules/')) continue;
    const folder = join(root, path);
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const manifest = await readManifest(folder);
    // An optional part for another system is not here, and not in what is made here.
    if (manifest === undefined && entry.optional === true) continue;
    // Our own empty stand-in.
    if (manifest?.private === true) continue;
    const text = manifest && ((await licenceText(folder)) ?? (await knownText(root, name)));
    // An old package has a list of them.
    const licence = manifest?.license ?? manifest?.licenses?.[0]?.type;
    if (text === undefined || typeof licence !== 'string') without.push(name);
    else found.push({ name, version: String(manifest?.version), licence, text });
  }
  if (without.length > 0)
    throw new Error(`No licence was found for ${without.join(', ')}: see scripts/pages/licences.mjs.`);
  return unique(found).toSorted((one, other) => one.name.localeCompare(other.name));
}

/** @param {string} folder @returns {Promise<{ version?: unknown, license?: unknown, licenses?: { type?: unknown }[], private?: unknown } | undefined>} */
async function readManifest(folder) {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} folder */
async function licenceText(folder) {
  const names = (await readdir(folder)).toSorted();
  const files = names.filter((name) => LICENCE_FILE.test(name) && !/\.(js|ts|json)$/.test(name));
  if (files.length > 0) {
    const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.join('\n\n');
  }
  const readme = names.find((name) => /^readme/i.test(basename(name)));
  if (readme === undefined) return undefined;
  const section = LICENCE_SECTION.exec(await readFile(join(folder, readme), 'utf8'))?.[1]?.trim() ?? '';
  return section.length >= LEAST_TEXT ? section : undefined;
}

/** @param {string} root @param {string} name */
async function knownText(root, name) {
  const known = WITHOUT_TEXT[name];
  if (known === undefined) return undefined;
  return 'from' in known ? licenceText(join(root, 'node_modules', known.from)) : mit(known.author);
}

/** @template {{ name: string, version: string }} Part @param {readonly Part[]} parts @returns {Part[]} */
function unique(parts) {
  return [...new Map(parts.map((part) => [`${part.name} ${part.version}`, part])).values()];
}
