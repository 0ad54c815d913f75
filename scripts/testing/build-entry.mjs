import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/**
 * Builds a TypeScript file into a program that Node can fork. It lies inside the project, so that it finds the same
 * packages. Test files that run at the same time may build the same program: each finds it whole.
 * @param {string} name of its folder in `out/test`, to which a hash of the program is added
 * @param {string} file
 * @returns {Promise<string>} its path
 */
export async function buildEntry(name, file) {
  // Asked for late: a set-up may only now have installed it.
  const { build } = await import('vite');
  const programs = join(root, 'out/test');
  await mkdir(programs, { recursive: true });
  const outDir = await mkdtemp(join(programs, `${name}.`));
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
  const program = await readFile(join(outDir, 'index.js'));
  const folder = join(programs, `${name}-${createHash('sha256').update(program).digest('hex').slice(0, 16)}`);
  try {
    await rename(outDir, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'index.js'))) throw error;
    // The names of other parts of a program have their hashes in them: the same entry is the same program.
    await rm(outDir, { recursive: true });
  }
  return join(folder, 'index.js');
}
