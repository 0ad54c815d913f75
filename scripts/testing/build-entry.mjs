import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/**
 * Builds a TypeScript file into a program that Node can fork. It lies inside the project, so that it finds the same
 * packages.
 * @param {string} name of its folder in `out/test`
 * @param {string} file
 * @returns {Promise<string>} its path
 */
export async function buildEntry(name, file) {
  // Asked for late: a set-up may only now have installed it.
  const { build } = await import('vite');
  const outDir = join(root, 'out/test', name);
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: file,
      outDir,
      emptyOutDir: true,
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: 'index.js' } },
    },
  });
  return join(outDir, 'index.js');
}
