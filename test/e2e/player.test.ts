import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { KINDS, type Kind, writeNight } from '../support/night.ts';

const STARTED_AT = Date.UTC(2026, 9, 5, 2);
const SECONDS = 120;
const SOUNDS = [
  { at: 10, seconds: 2, amplitude: 0.2 },
  { at: 40, seconds: 3, amplitude: 0.5 },
  { at: 90, seconds: 1, amplitude: 0.1 },
];
const ALL_KINDS = Object.keys(KINDS) as Kind[];

describe('listening and looking', () => {
  let profile: string;
  let running: RunningApp;
  const player = () => running.page.getByRole('region', { name: 'Player' });
  const position = () => player().getByRole('slider', { name: 'Position' });
  const now = async (): Promise<number> => Number(await position().getAttribute('aria-valuenow'));

  beforeAll(async () => {
    profile = await makeProfile();
    await writeNight({
      root: join(profile, 'Recordings'),
      kinds: ALL_KINDS,
      startedAt: STARTED_AT,
      seconds: SECONDS,
      sounds: SOUNDS,
      titles: [
        { at: 0, title: 'Night music' },
        { at: 60, title: 'The news' },
      ],
    });
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.request('library.rescan', {});
    await rows('WAV').waitFor();
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const rows = (kind: Kind) => running.page.getByRole('button', { name: new RegExp(`^Play ${kind} source,`) });

  async function recordings(): Promise<readonly Recording[]> {
    const [day] = await running.request('library.days', { limit: 1 });
    if (!day) throw new Error('There should be a day.');
    return (await running.request('library.recordings', { day: day.day, offset: 0, limit: 500 })).recordings;
  }

  it.each(ALL_KINDS)('plays and draws %s', async (kind) => {
    await rows(kind).click();
    await position().waitFor();
    await expect.poll(now, { timeout: 20_000 }).toBeGreaterThan(0);
    await expect.poll(() => position().getAttribute('data-waveform'), { timeout: 20_000 }).toBe('ready');
    await running.screenshot(`player-${kind}`);
    expect(await recordings()).toHaveLength(ALL_KINDS.length);
  });
});
