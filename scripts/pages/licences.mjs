import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|unlicense|notice)/i;
/** The part of a README that is a licence, up to the next heading of its rank or the end. */
const LICENCE_SECTION = /^#+\s*licen[cs]e[^\n]*\n([^]+?)(?=^#{1,2}\s|(?![^]))/im;
/** A section that only names the licence is not its text. */
const LEAST_TEXT = 300;

/** Such as "Copyright 2010 - 2024 Anna Example". */
const COPYRIGHT = /^copyright\b.*\d{4}.*$/im;

/**
 * Packages that name a licence and bring no text of it, each with a package of the same people under the same licence
 * that has it.
 * @type {Readonly<Record<string, string>>}
 */
const SAME_TEXT = {
  '@aws-sdk/credential-provider-http': '@aws-sdk/client-s3',
  '@aws-sdk/credential-provider-login': '@aws-sdk/client-s3',
  '@aws-sdk/nested-clients': '@aws-sdk/client-s3',
};

/** @param {string} copyright */
const mit = (copyright) => `MIT License

${copyright}

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
    const text = manifest && ((await licenceText(folder)) ?? (await otherText(root, name, folder, manifest)));
    // An old package has a list of them.
    const licence = manifest?.license ?? manifest?.licenses?.[0]?.type;
    if (text === undefined || typeof licence !== 'string') without.push(name);
    else found.push({ name, version: String(manifest?.version), licence, text });
  }
  if (without.length > 0)
    throw new Error(`No licence was found for ${without.join(', ')}: see scripts/pages/licences.mjs.`);
  return unique(found).toSorted((one, other) => one.name.localeCompare(other.name));
}

/**
 * @typedef {object} Manifest
 * @property {unknown} [version]
 * @property {unknown} [license]
 * @property {{ type?: unknown }[]} [licenses]
 * @property {unknown} [private]
 * @property {string | { name?: string, email?: string }} [author]
 */

/** @param {string} folder @returns {Promise<Manifest | undefined>} */
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
  const section = LICENCE_SECTION.exec(await readmeOf(folder))?.[1]?.trim() ?? '';
  return section.length >= LEAST_TEXT ? section : undefined;
}

/** @param {string} folder @returns {Promise<string>} empty when there is none */
async function readmeOf(folder) {
  const readme = (await readdir(folder)).find((name) => /^readme/i.test(name));
  return readme === undefined ? '' : readFile(join(folder, readme), 'utf8');
}

/**
 * The text of a licence that a package only names.
 * @param {string} root
 * @param {string} name
 * @param {string} folder
 * @param {Manifest} manifest
 */
async function otherText(root, name, folder, manifest) {
  const same = SAME_TEXT[name];
  if (same !== undefined) return licenceText(join(root, 'node_modules', same));
  if (manifest.license !== 'MIT') return undefined;
  const copyright = COPYRIGHT.exec(await readmeOf(folder))?.[0] ?? copyrightOf(manifest);
  return copyright === undefined ? undefined : mit(copyright);
}

/**
 * Whom the package itself names as its author, which is who holds the rights where nothing else is said.
 * @param {Manifest} manifest
 */
function copyrightOf({ author }) {
  const { name, email } = typeof author === 'string' ? { name: author, email: undefined } : (author ?? {});
  if (name === undefined) return undefined;
  return `Copyright (c) ${name}${email === undefined ? '' : ` <${email}>`}`;
}

/** @template {{ name: string, version: string }} Part @param {readonly Part[]} parts @returns {Part[]} */
function unique(parts) {
  return [...new Map(parts.map((part) => [`${part.name} ${part.version}`, part])).values()];
}
