import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { pages } from './scripts/pages/plugin.mjs';

const root = import.meta.dirname;

/**
 * Main holds the entries of every process that runs without a window: the Electron shell and the child
 * processes. The child entries know nothing of Electron and also run under plain Node.
 */
export default defineConfig(({ command }) => ({
  main: {
    build: {
      outDir: 'out/main',
      // While developing, a second build must not empty the folder from which the first is being started.
      emptyOutDir: command === 'build',
      // What every start needs: found in many files, it would take longer to load than all else.
      externalizeDeps: { exclude: ['cockatiel', 'electron-store', 'filenamify', 'strftime', 'undici', 'zod'] },
      rollupOptions: {
        input: {
          index: resolve(root, 'src/main/index.ts'),
          recorder: resolve(root, 'src/engine/recorder/process.ts'),
          prober: resolve(root, 'src/engine/capture/proberProcess.ts'),
          longtake: resolve(root, 'src/headless/program.ts'),
          analyst: resolve(root, 'src/engine/studio/analystProcess.ts'),
          drill: resolve(root, 'src/engine/studio/drill/drillProcess.ts'),
          checker: resolve(root, 'src/engine/library/checkProcess.ts'),
          exporter: resolve(root, 'src/engine/studio/exports/exporterProcess.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script can require nothing but electron.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: resolve(root, 'src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react(), pages(root)],
    build: {
      outDir: 'out/renderer',
      // Half as much to read and compile before the window has something to show.
      minify: true,
      // A data: address would need a hole in the content security policy.
      assetsInlineLimit: 0,
      rollupOptions: { input: { index: resolve(root, 'src/renderer/index.html') } },
    },
  },
}));
