import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'vite';

/** Beside the built program, so that packages are found from there. */
const FOLDER = resolve(import.meta.dirname, '../../out/test-bundles');

/** One TypeScript program as a file that plain Node runs, for tests that need a process of its own. */
export async function bundle(entry: string): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const folder = join(FOLDER, randomUUID());
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: folder,
      minify: false,
      rollupOptions: { input: { program: entry }, output: { format: 'es', entryFileNames: '[name].mjs' } },
    },
  });
  return { file: join(folder, 'program.mjs'), remove: () => rm(folder, { recursive: true, force: true }) };
}
