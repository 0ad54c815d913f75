// Draws the icons of every system from packaging/icon.svg. Run it after changing that.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeIcns, encodeIco } from './packaging/icons/formats.mjs';
import { SIZES } from './packaging/icons/sizes.mjs';
import { sandboxOf } from './setup/chromium.mjs';
import { provideDisplay } from './setup/display.mjs';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { run } from './setup/run.mjs';

const TIMEOUT_MS = 60_000;
const PACKAGING = join(root, 'packaging');

await main(async () => {
  const runtime = await prepare(plans.dev);
  if (!runtime) return 1;
  const display = await provideDisplay();
  const folder = join(PACKAGING, 'icons');
  await mkdir(folder, { recursive: true });
  try {
    const { flags } = await sandboxOf(runtime.executable);
    const program = join(import.meta.dirname, 'packaging', 'icons', 'draw');
    const result = await run(
      runtime.executable,
      [program, ...flags, '--disable-gpu', join(PACKAGING, 'icon.svg'), folder],
      { env: { ...process.env, ...display.env }, timeoutMs: TIMEOUT_MS },
    );
    if (result.code !== 0) throw new Error(`The icons could not be drawn:\n${result.tail.join('\n')}`);
  } finally {
    await display.close();
  }
  const pictures = new Map(
    await Promise.all(
      SIZES.map(async (size) => /** @type {const} */ ([size, await readFile(join(folder, `${size}x${size}.png`))])),
    ),
  );
  await writeFile(join(PACKAGING, 'icon.ico'), encodeIco(pictures));
  await writeFile(join(PACKAGING, 'icon.icns'), encodeIcns(pictures));
  return 0;
});
