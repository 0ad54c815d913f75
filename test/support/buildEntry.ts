import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');

/**
 * Builds a TypeScript file into a program that Node can fork, and returns its path. It lies inside the project, so
 * that it finds the same packages.
 */
export async function buildEntry(name: string, file: string): Promise<string> {
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
