import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { Icecast, LISTENER } from '../support/icecast.ts';

const MORE = { 'FLAC in Ogg': '/radio.oga', Opus: '/radio.opus', Vorbis: '/radio.ogg', 'Native FLAC': '/radio.flac' };

describe('streams in the window', () => {
  let profile: string;
  let icecast: Icecast;
  let running: RunningApp;

  beforeAll(async () => {
    icecast = await Icecast.start();
    await icecast.play('/private/live.mp3');
    await icecast.play('/live.aac');
    await icecast.setTitle('/private/live.mp3', 'Someone — A song');
    profile = await makeProfile();
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.request('settings.update', { splitSeconds: 5 });
  });
  afterAll(async () => {
    await running.quit();
    await icecast.dispose();
    await removeProfile(profile);
  });

  const source = (name: string) => running.page.locator('#sources').getByRole('listitem', { name, exact: true });
  const add = () => running.page.getByRole('dialog', { name: 'Add a source' });

  it('tests a stream before it is saved: the exact error, then what is there', async () => {
    await running.page.getByRole('button', { name: 'Enter an address' }).click();
    await add().getByLabel('Address').fill(icecast.url('/private/live.mp3'));
    await add().getByRole('button', { name: 'Test this stream' }).click();
    await add()
      .getByText(/user|password/i)
      .filter({ hasText: /asks|refused|wrong/i })
      .first()
      .waitFor();
    await running.screenshot('streams-1-refused');
    await add().getByLabel('User').fill(LISTENER.username);
    await add().getByLabel('Password').fill(LISTENER.password);
    await add().getByRole('button', { name: 'Test this stream' }).click();
    await add()
      .getByText(/MP3 \d+ kbit\/s/)
      .waitFor();
    await add().getByText('Someone — A song').waitFor();
    await running.screenshot('streams-2-tested');
    await add().getByLabel('Name', { exact: true }).fill('Radio 1');
    await add().getByRole('button', { name: 'Save and record' }).click();
    await source('Radio 1').getByText('REC', { exact: true }).waitFor();
    await source('Radio 1').getByText('Someone — A song').waitFor();
  });

  it('meters streams, too', async () => {
    await running.page.keyboard.press('Control+n');
    await add().getByRole('radio', { name: 'Stream' }).click();
    await add().getByLabel('Address').fill(icecast.url('/live.aac'));
    await add().getByLabel('Name', { exact: true }).fill('Radio 2');
    await add().getByRole('button', { name: 'Save and record' }).click();
    for (const name of ['Radio 1', 'Radio 2']) {
      const meter = source(name).locator('[data-level]').first();
      const level = async (): Promise<number> => Number((await meter.getAttribute('data-level')) || Number.NaN);
      await expect.poll(level, { message: `${name} shows the level of its noise` }).toBeGreaterThan(-40);
      await expect.poll(level).toBeLessThan(0);
    }
    await running.screenshot('streams-3-meters');
  });

  it('records what comes in Ogg, and native FLAC', async () => {
    for (const [name, mount] of Object.entries(MORE)) {
      await icecast.play(mount);
      const fields = { kind: 'stream', url: icecast.url(mount), username: '', format: 'auto' } as const;
      const { config } = await running.request('sources.add', { name, ...fields });
      await running.request('sources.arm', { ids: [config.id] });
    }
    for (const name of Object.keys(MORE)) await source(name).getByText('REC', { exact: true }).waitFor();
  });

  it.each(['Radio 1', 'Radio 2', ...Object.keys(MORE)])('plays and seeks in a finished file of %s', async (name) => {
    const play = running.page.getByRole('button', { name: new RegExp(`^Play ${name},`) });
    // High enough for the lines of all sources: only what is in view is there.
    await running.page.setViewportSize({ width: 1280, height: 2400 });
    await expect.poll(() => play.count()).toBeGreaterThan(2);
    // The first is being recorded, and the second may be replaced while it is clicked.
    await play.nth(2).click();
    const position = running.page.getByRole('slider', { name: 'Position' });
    const now = async (): Promise<number> => Number(await position.getAttribute('aria-valuenow'));
    await expect.poll(now).toBeGreaterThan(0);
    await running.page.getByRole('region', { name: 'Player' }).locator('canvas').first().waitFor();
    // A file of 5 s may have come to its end meanwhile, and the player to another one.
    const fromStart = async (): Promise<number> => {
      await position.press('Home');
      return now();
    };
    await expect.poll(fromStart).toBeLessThan(2);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.screenshot(`streams-4-${name.replaceAll(' ', '-').toLowerCase()}`);
  });

  it('says when a station is gone, and comes back by itself', async () => {
    await icecast.silence('/live.aac');
    await source('Radio 2').getByText('Retrying').waitFor();
    await running.screenshot('streams-5-gone');
    await source('Radio 1').getByText('REC', { exact: true }).waitFor();
    const tryNow = source('Radio 2').getByRole('button', { name: 'Try now' });
    await tryNow.waitFor();
    await icecast.play('/live.aac');
    // It may be back before anybody comes to the button, which is gone then.
    const isBack = async (): Promise<number> => {
      await tryNow.evaluateAll((buttons) => {
        for (const button of buttons) button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      });
      return source('Radio 2').getByText('REC', { exact: true }).count();
    };
    await expect.poll(isBack, { interval: 1000 }).toBe(1);
    expect(running.pageErrors).toEqual([]);
  });
});
