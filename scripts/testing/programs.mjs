import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../setup/paths.mjs';

/**
 * Builds TypeScript programs of the tests so that Node can run them.
 * @param {string} name of the folder in `out/test`, which holds nothing else afterwards
 * @param {Readonly<Record<string, string>>} inputs file in the project by name of the program
 * @returns {Promise<string>} the folder; the programs are `<name>.js` in it
 */
export async function buildPrograms(name, inputs) {
  const outDir = join(root, 'out', 'test', name);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(Object.entries(inputs).map(([program, file]) => [program, join(root, file)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  return outDir;
}
