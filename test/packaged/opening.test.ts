import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reading } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { encode } from '../support/ffmpeg.ts';

const ELSEWHERE = '0b9f1c52-6a3e-4c1b-8f57-0d7c1a2b3c4d';

describe('what is opened from outside of the window', () => {
  let profile: string;
  let music: string;
  let running: RunningApp;
  beforeAll(async () => {
    profile = await makeProfile();
    music = await mkdtemp(join(tmpdir(), 'longtake-music-'));
    await encode(join(music, 'Dawn chorus.flac'), { duration: 120, encoder: ['-c:a', 'flac'] });
    await writeFile(join(music, 'notes.wav'), 'no audio at all');
    running = await RunningApp.launch(profile);
    await running.page.getByRole('button', { name: 'Record the test signal' }).waitFor();
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
    await rm(music, { recursive: true });
  });

  /** As a file manager or a browser does: it starts the program again. */
  async function open(...wanted: readonly string[]): Promise<void> {
    const first = running.app.process();
    // Without what the driver put in for itself.
    const own = first.spawnargs.slice(1).filter((argument) => !/^--(?:inspect|remote-debugging)/.test(argument));
    const second = spawn(first.spawnfile, [...own, ...wanted], {
      cwd: music,
      env: { ...process.env, LONGTAKE_USER_DATA: profile },
      stdio: 'ignore',
    });
    expect(await once(second, 'exit')).toEqual([0, null]);
  }

  const library = async () => (await running.request('library.find', { filter: {}, offset: 0, limit: 50 })).recordings;

  it('plays an audio file where it is, and keeps it in the list', async () => {
    const path = join(music, 'Dawn chorus.flac');
    const before = await stat(path);
    await open('Dawn chorus.flac');
    await running.page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    expect(await library()).toMatchObject([{ root: music, path: 'Dawn chorus.flac', sourceName: 'Dawn chorus' }]);
    // Neither copied, nor moved, nor touched; and once, however often it is opened.
    const after = await stat(path);
    expect([after.size, after.mtimeMs]).toEqual([before.size, before.mtimeMs]);
    await open(path);
    await running.page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    expect(await library()).toHaveLength(1);
  });

  it('goes to a recording and its time by a link, which its menu copies', async () => {
    const { page } = running;
    const [recording] = await library();
    await open(`longtake://recording/${recording?.id ?? ''}?t=12.5`);
    const playhead = page.getByRole('slider', { name: 'Position' });
    await expect.poll(async () => Number(await playhead.first().getAttribute('aria-valuenow'))).toBeGreaterThan(12);

    await page.getByRole('row', { name: /^Play Dawn chorus/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Copy link' }).click();
    const copied = () => reading(() => running.app.evaluate(({ clipboard }) => clipboard.readText()));
    const link = new RegExp(String.raw`^longtake://recording/${recording?.id ?? ''}\?t=\d+(?:\.\d+)?$`);
    await expect.poll(copied).toMatch(link);
  });

  it('says so when a link leads nowhere, and when a file is no audio', async () => {
    const { page } = running;
    await open(`longtake://recording/${ELSEWHERE}?t=1`);
    await page.getByText('a recording that is not in this library').waitFor();
    await open('longtake://settings/recordingsFolder?value=/etc');
    await page.getByText('This is no link to a recording').waitFor();
    await open('notes.wav');
    await page.getByText('it is no WAV, MP3, AAC, Ogg or FLAC').waitFor();
    expect(await library()).toHaveLength(1);
  });
});
