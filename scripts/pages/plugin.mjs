import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readHelp } from './help.mjs';
import { collectLicences } from './licences.mjs';

/**
 * Puts beside the page what it shows on demand: the help, made of the README, and the licences of all parts.
 * @param {string} root folder of the project
 * @returns {import('vite').Plugin}
 */
export function pages(root) {
  /** @type {Readonly<Record<string, () => Promise<unknown>>>} */
  const files = {
    'help.json': async () => readHelp(await readFile(join(root, 'README.md'), 'utf8')),
    'licences.json': () => collectLicences(root),
  };
  return {
    name: 'longtake-pages',
    async generateBundle() {
      for (const [fileName, make] of Object.entries(files)) {
        this.emitFile({ type: 'asset', fileName, source: JSON.stringify(await make()) });
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const make = files[(request.url ?? '').replace(/^\//, '').replace(/\?.*$/, '')];
        if (make === undefined) {
          next();
          return;
        }
        make().then((content) => {
          response.setHeader('Content-Type', 'application/json');
          response.end(JSON.stringify(content));
        }, next);
      });
    },
  };
}
