// Makes the pictures of the guide from what the tests of the window see, so that they stay true. With `-- --last`, from
// the test run before this one.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { run } from './setup/run.mjs';

const SEEN = join(root, 'test-output', 'screenshots');
const GUIDE = join(root, 'docs', 'guide');
const TESTS_TIMEOUT_MS = 30 * 60 * 1000;

/** Screenshot of the tests by picture of the guide. */
const PICTURES = {
  welcome: '01-welcome',
  recording: '03-splits',
  stream: 'streams-2-tested',
  day: 'review-day-light-1280',
  player: 'player-section-light-1280',
  export: 'export-light-1280',
  coverage: 'keeping-02-coverage',
  alarm: '21-alarm-light',
  uploads: 'uploads-02-dialog',
  storage: 'settings-storage-light-1280',
  drill: 'drill-done',
  import: '30-import-isr',
};
/** Tests that see these. */
const TESTS = [
  'studio',
  'streams',
  'review',
  'player',
  'exports',
  'keeping',
  'alarms',
  'uploads',
  'settings',
  'control',
  'importIsr',
];
/** Few enough colours that all pictures together stay small, and enough that none is missed. */
const PALETTE = 'split[a][b];[a]palettegen=max_colors=96[p];[b][p]paletteuse=dither=none';

await main(async () => {
  await prepare(plans.test);
  if (!process.argv.includes('--last')) {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const files = TESTS.map((name) => `test/e2e/${name}.test.ts`);
    const result = await run(process.execPath, [vitest, 'run', '--project', 'e2e', ...files], {
      cwd: root,
      timeoutMs: TESTS_TIMEOUT_MS,
      onLine: (line) => console.log(line),
    });
    if (result.code !== 0) throw new Error('A test failed: the pictures stay as they are.');
  }
  await mkdir(GUIDE, { recursive: true });
  for (const [picture, seen] of Object.entries(PICTURES)) {
    const to = join(GUIDE, `${picture}.png`);
    const args = [
      '-v',
      'error',
      '-y',
      '-i',
      join(SEEN, `${seen}.png`),
      '-vf',
      PALETTE,
      '-compression_level',
      '100',
      to,
    ];
    const made = await run('ffmpeg', args, { cwd: root });
    if (made.code !== 0) throw new Error(`The picture ${picture} could not be made:\n${made.tail.join('\n')}`);
    console.log(`${picture}: ${Math.round((await stat(to)).size / 1000)} kB`);
  }
  return 0;
});
