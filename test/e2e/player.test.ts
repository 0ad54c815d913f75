import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    // Found by the scan of the first start.
    await rows('WAV').waitFor();
  });
  beforeEach(async () => {
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.page.reload();
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
    await expect.poll(now).toBeGreaterThan(0);
    await expect.poll(() => position().getAttribute('data-waveform')).toBe('ready');
    await running.screenshot(`player-${kind}`);
    expect(await recordings()).toHaveLength(ALL_KINDS.length);
  });

  const SIZES = [
    { width: 1280, height: 800 },
    { width: 900, height: 600 },
  ] as const;

  /**
   * WCAG 2.2 AA and nothing wider than the window, at both sizes and in both themes; keeps a picture of each. Colours are
   * those of the theme, and the larger window shows all.
   */
  async function expectAccessible(state: string): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      await running.request('settings.update', { theme });
      await running.page.locator(`html[data-theme="${theme}"]`).waitFor();
      for (const size of SIZES) {
        await running.page.setViewportSize(size);
        await running.screenshot(`player-${state}-${theme}-${size.width}`);
        if (theme === 'light' || size === SIZES[0]) {
          expect(await barriers(), `${state} ${theme} ${size.width}`).toEqual([]);
        }
        const overflows = await running.page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect(overflows, `${state} at ${size.width} scrolls sideways`).toBe(false);
      }
    }
    await running.page.setViewportSize(SIZES[0]);
  }

  async function barriers(): Promise<string[]> {
    // The other parts of the window have tests of their own.
    const axe = new AxeBuilder({ page: running.page }).setLegacyMode().exclude('#recordings').exclude('#sources');
    const { violations } = await axe.analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }

  const box = async () => {
    const found = await position().boundingBox();
    if (!found) throw new Error('The waveform should be seen.');
    return found;
  };

  async function drag(from: number, to: number): Promise<void> {
    const { x, y, width } = await box();
    const { mouse } = running.page;
    await mouse.move(x + width * from, y + 30);
    await mouse.down();
    await mouse.move(x + width * to, y + 30, { steps: 5 });
    await mouse.up();
  }

  it('selects by drag, by keys, by handles and by times that are typed', async () => {
    const { page } = running;
    await rows('WAV').click();
    await player().getByRole('button', { name: 'Pause' }).click();
    await drag(0.25, 0.5);
    const typedIn = player().getByRole('textbox', { name: /^In/ });
    const typedOut = player().getByRole('textbox', { name: /^Out/ });
    await expect.poll(async () => Math.round(Number((await typedIn.inputValue()).split(':')[1]))).toBe(30);
    await expect.poll(async () => (await typedOut.inputValue()).slice(0, 4)).toBe('1:00');
    await typedOut.fill('1:10.5');
    await typedOut.press('Enter');
    await expect.poll(() => typedOut.inputValue()).toBe('1:10.500');
    await typedIn.fill('2:00');
    await player().getByText('In must come before Out.').waitFor();
    await typedIn.press('Escape');
    const start = player().getByRole('slider', { name: 'Start of the selection' });
    await start.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => Number(await start.getAttribute('aria-valuenow'))).toBeGreaterThan(30.5);
    await position().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(now).toBe(5);
    await page.keyboard.press('i');
    await expect.poll(() => typedIn.inputValue()).toBe('0:05.000');
    await page.keyboard.press('ArrowRight');
    await expect.poll(now).toBe(10);
    await page.keyboard.press('o');
    await expect.poll(() => typedOut.inputValue()).toBe('0:10.000');
    await expectAccessible('selection');

    // Repeat goes round in the selection; from its end it begins anew.
    await page.keyboard.press('r');
    for (let faster = 0; faster < 6; faster += 1) await page.keyboard.press(']');
    await page.keyboard.press(' ');
    const heard: number[] = [];
    const rounds = async (): Promise<boolean> => {
      heard.push(await now());
      const late = heard.findIndex((at) => at > 8);
      return late >= 0 && heard.slice(late).some((at) => at < 7);
    };
    await expect.poll(rounds).toBe(true);
    // A busy machine turns back late, but always to the beginning of the selection.
    expect(heard.filter((at) => at < 4.9)).toEqual([]);
    await player().getByRole('button', { name: 'Pause' }).click();
    await page.keyboard.press('r');

    // A marker is where the playhead stands, and not now.
    await position().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(now).toBe(5);
    await page.keyboard.press('m');
    const at = { from: STARTED_AT + 4900, to: STARTED_AT + 5100 };
    await expect.poll(() => running.request('markers.list', at)).toHaveLength(1);
    for (const { id } of await running.request('markers.list', at)) await running.request('markers.remove', { id });

    await page.keyboard.press('x');
    await expect.poll(() => typedIn.count()).toBe(0);
  });

  it('comes nearer with the wheel and with keys, and shows all again', async () => {
    const { page } = running;
    await rows('WAV').click();
    await player().getByRole('button', { name: 'Pause' }).click();
    await position().focus();
    await page.keyboard.press('ArrowRight');
    const { x, y, width } = await box();
    await page.mouse.move(x + width / 2, y + 30);
    for (let turn = 0; turn < 8; turn += 1) await page.mouse.wheel(0, -200);
    const frame = player().locator('.minimap-frame');
    await expect.poll(() => frame.isVisible()).toBe(true);
    await page.keyboard.press('w');
    await running.screenshot('player-zoomed');
    for (let turn = 0; turn < 60; turn += 1) await page.keyboard.press('+');
    await expectAccessible('samples');
    await page.keyboard.press('0');
    await expect.poll(() => frame.isVisible()).toBe(false);
    await expectAccessible('full');
    await page.keyboard.press('w');
  });

  it('lists, names and removes markers, and brings them back', async () => {
    const { page } = running;
    const wav = (await recordings()).find(({ container }) => container === 'wav');
    if (!wav) throw new Error('There should be a WAV file.');
    for (const seconds of [20, 50]) {
      await running.request('markers.add', { at: STARTED_AT + seconds * 1000, label: '', sourceId: wav.sourceId });
    }
    await rows('WAV').click();
    await player().getByRole('button', { name: 'Pause' }).click();
    const details = page.getByRole('complementary', { name: 'Details' });
    const name = details.getByRole('textbox', { name: 'Name of the marker at 02:00:20.0' });
    await name.fill('Owl');
    await name.press('Enter');
    await expect
      .poll(async () =>
        (await running.request('markers.list', { from: STARTED_AT, to: STARTED_AT + 60_000 })).map(
          ({ label }) => label,
        ),
      )
      .toEqual(['Owl', '']);
    await details.getByRole('button', { name: '02:00:50.0', exact: true }).click();
    await expect.poll(now).toBe(50);
    await page.keyboard.press('h');
    const bounds = player().getByRole('group', { name: 'Selection' });
    await expect.poll(() => bounds.getByRole('textbox', { name: /^In/ }).inputValue()).toBe('0:50.000');
    await page.keyboard.press(',');
    await page.keyboard.press('h');
    await expect.poll(() => bounds.getByRole('textbox', { name: /^In/ }).inputValue()).toBe('0:20.000');
    await expect.poll(() => bounds.getByRole('textbox', { name: /^Out/ }).inputValue()).toBe('0:50.000');
    await bounds.getByRole('textbox', { name: /^Out/ }).fill('9:00');
    await page.keyboard.press('Enter');
    await page.getByText('No recording goes on from this one without a gap').waitFor();
    await expect.poll(() => bounds.getByRole('textbox', { name: /^Out/ }).inputValue()).toBe('2:00.000');
    await bounds.getByRole('button', { name: 'Select nothing' }).click();
    await details.getByRole('button', { name: 'Remove the marker at 02:00:20.0' }).click();
    await expect.poll(() => name.count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => name.inputValue()).toBe('Owl');
    await expectAccessible('markers');
    await page.setViewportSize(SIZES[1]);
    await position().focus();
    await page.keyboard.press('v');
    await details.waitFor();
    await running.screenshot('player-details-over-900');
    await page.keyboard.press('v');
    await expect.poll(() => details.count()).toBe(0);
    expect(running.pageErrors).toEqual([]);
  });

  it('plays sections one after the other, judges them, and says why they are there', async () => {
    const { page } = running;
    const wav = (await recordings()).find(({ container }) => container === 'wav');
    if (!wav) throw new Error('There should be a WAV file.');
    const sections = () => running.request('review.sections', { recordingId: wav.id });
    await expect.poll(async () => (await sections()).length).toBe(SOUNDS.length);
    await page.setViewportSize(SIZES[0]);
    const marker = await running.request('markers.add', {
      at: STARTED_AT + 75_000,
      label: 'Here',
      sourceId: wav.sourceId,
    });
    await rows('WAV').click();
    await player().getByRole('button', { name: 'Pause' }).click();
    // The page learns of sections and markers at once, and shows only markers as text.
    await page.getByRole('textbox', { name: 'Name of the marker at 02:01:15.0' }).waitFor();
    await running.request('markers.remove', { id: marker.id });
    await running.screenshot('player-sections');
    const { x, y, width } = await box();
    await page.mouse.dblclick(x + (width * 41) / SECONDS, y + 30);
    const row = player().getByRole('group', { name: 'Section' });
    await row.getByText('2 of 3').waitFor();
    // From a recording to its section and on, nothing moves under the pointer.
    await expect.poll(async () => (await box()).y).toBe(y);
    const times = async (): Promise<number[]> =>
      page.evaluate(() => performance.getEntriesByName('longtake:sound').map(({ duration }) => Math.round(duration)));
    await expect.poll(async () => (await times()).length).toBe(1);
    await page.keyboard.press('k');
    await row.getByText('3 of 3').waitFor();
    await expect.poll(now).toBeGreaterThan(88);
    await expect.poll(async () => (await times()).length).toBe(2);
    // Not judged: a busy machine takes its time.
    console.log(`From asking for a section to its sound, ms: ${(await times()).join(', ')}`);
    await page.keyboard.press('j');
    await row.getByText('2 of 3').waitFor();
    await row.getByRole('button', { name: 'Star' }).click();
    await expect.poll(() => row.getByRole('button', { name: 'Star' }).getAttribute('aria-pressed')).toBe('true');
    await expect
      .poll(async () => (await sections()).map(({ verdict }) => verdict))
      .toEqual([undefined, 'star', undefined]);
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByLabel('Label').fill('Fox');
    await details.getByLabel('Label').press('Enter');
    await details.getByLabel('Note').fill('Near the gate.');
    await details.getByLabel('Note').blur();
    await expect.poll(async () => (await sections())[1]).toMatchObject({ label: 'Fox', note: 'Near the gate.' });
    await page.mouse.click(x + (width * 60) / SECONDS, y + 30);
    await player()
      .getByText(/dB below the threshold/)
      .waitFor();
    await page.keyboard.press('w');
    await expectAccessible('section');
    await page.keyboard.press('w');
    expect(running.pageErrors).toEqual([]);
  });

  it('plays and draws what is still being recorded, up to now', async () => {
    const { page } = running;
    const { config } = await running.request('sources.add', {
      kind: 'generator',
      name: 'Live',
      programme: 'mixed',
      seed: 7,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 2,
      splitSeconds: 86_400,
    });
    await running.request('sources.arm', { ids: [config.id] });
    const captured = async (): Promise<number> => {
      const all = await running.request('sources.list', {});
      return (all.find((source) => source.config.id === config.id)?.status.recording?.durationMs ?? 0) / 1000;
    };
    await expect.poll(captured).toBeGreaterThan(6);
    await page
      .getByRole('button', { name: /^Play Live,/ })
      .first()
      .click();
    const length = async (): Promise<number> => Number(await position().getAttribute('aria-valuemax'));
    const before = await length();
    await expect.poll(length).toBeGreaterThan(before);
    await expect.poll(now).toBeGreaterThan(0);
    await player().getByText('REC', { exact: true }).waitFor();
    await position().focus();
    await page.keyboard.press('End');
    await expect.poll(now).toBeGreaterThan(before - 1);
    await page.keyboard.press('Home');
    await expect.poll(now).toBeLessThan(before);
    await expectAccessible('live');
    await running.request('sources.disarm', {});
    await expect.poll(() => player().getByText('REC', { exact: true }).count()).toBe(0);
    await expect.poll(() => position().getAttribute('data-waveform')).toBe('ready');
    expect(running.pageErrors).toEqual([]);
  });
});
