import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SoundEvent } from '../../src/shared/domain/section.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { outOfReach } from '../support/outOfReach.ts';
import { BURSTS, writeHeardDays } from '../support/heardDays.ts';

const SOURCES = ['Garden', 'Street'] as const;
const DAYS = 3;
const PER_DAY = 4;
/** The second source hears only the first sound of each recording, and at another time than the first source. */
const PER_RECORDING = BURSTS.length;
/** Each look is looked at once, and each size. */
const LOOKS = [
  { theme: 'light', size: { width: 1280, height: 800 } },
  { theme: 'dark', size: { width: 900, height: 600 } },
] as const;
const FOUND_MS = 180_000;

describe('reviewing days', () => {
  let profile: string;
  let running: RunningApp;

  beforeAll(async () => {
    profile = await makeProfile();
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    await writeHeardDays({
      root: join(profile, 'Recordings'),
      sources: SOURCES,
      days: DAYS,
      recordingsPerDay: PER_DAY,
      until: midnight.getTime(),
    });
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize(LOOKS[0].size);
  });
  afterAll(async () => {
    await running.quit();
    await removeProfile(profile);
  });

  const page = () => running.page;
  const chips = () => page().getByRole('listbox', { name: 'Loudest sections' });
  const chip = () => chips().getByRole('option');
  const chosen = () => chips().getByRole('option', { selected: true });
  const progress = () => page().locator('.review-line');
  const search = () => page().getByRole('combobox', { name: 'Search recordings and titles' });
  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await page().keyboard.press(key);
  };
  const idle = () => page().locator('main').focus();
  /** Presses every button of the name that is there now, be it none. */
  const pressAll = (name: string) =>
    page()
      .getByRole('button', { name, exact: true })
      .evaluateAll((buttons) => {
        for (const button of buttons) button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      });

  async function newestDay(): Promise<string> {
    const [newest] = await running.request('library.days', { limit: 1 });
    if (!newest) throw new Error('There should be a day.');
    return newest.day;
  }

  /** All events of a day in order of time, as the studio tells them. */
  async function eventsOf(day: string): Promise<SoundEvent[]> {
    const filter = { fromDay: day, toDay: day };
    const { events } = await running.request('review.highlights', { filter, limit: 500 });
    return events.toSorted((a, b) => a.from - b.from);
  }

  async function expectAccessible(screen: string): Promise<void> {
    for (const { theme, size } of LOOKS) {
      await running.request('settings.update', { theme });
      await expect.poll(() => page().evaluate(() => document.documentElement.dataset['theme'])).toBe(theme);
      await page().setViewportSize(size);
      await running.screenshot(`review-${screen}-${theme}-${size.width}`);
      const results = await new AxeBuilder({ page: page() }).setLegacyMode().analyze();
      const violations = results.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
      );
      expect(violations, `${screen}, ${theme}, ${size.width}`).toEqual([]);
      const sideScroll = await page().evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      expect(sideScroll, `${screen} at ${size.width} scrolls sideways`).toBe(false);
    }
    await page().setViewportSize(LOOKS[0].size);
  }

  it('lists the loudest sections of the newest day, and shows all of them on the timeline', async () => {
    await expect.poll(async () => running.request('library.days', { limit: 9 })).toHaveLength(DAYS);
    const day = await newestDay();
    const complete = async () => (await eventsOf(day)).flatMap(({ sections }) => sections).length;
    await expect.poll(complete, { timeout: FOUND_MS }).toBe(PER_DAY * (PER_RECORDING + 1));
    const events = await eventsOf(day);
    await expect.poll(() => chip().count()).toBeGreaterThan(3);
    const loudest = Math.max(...events.map(({ score }) => score));
    await expect
      .poll(() => chip().first().getAttribute('aria-label'))
      .toContain(`${Math.round(loudest)} dB above the noise floor`);
    const lanes = page().getByRole('table', { name: /^What was recorded/ });
    await expect.poll(() => lanes.getByRole('row').count()).toBe(1 + SOURCES.length);
    await expect.poll(() => lanes.getByRole('row', { name: /^Garden/ }).innerText()).toMatch(/4 minutes.*\s1\s/s);
    await expectAccessible('day');
  });

  it('goes through all sections in order of time with K and J', async () => {
    const events = await eventsOf(await newestDay());
    const told = (event: SoundEvent | undefined): string => {
      if (!event) throw new Error('There should be an event.');
      return new Date(event.from).toTimeString().slice(0, 8);
    };
    await idle();
    await keys('k');
    await expect.poll(() => chosen().getAttribute('aria-label')).toContain(told(events[0]));
    await keys('k', 'k');
    await expect.poll(() => chosen().getAttribute('aria-label')).toContain(told(events[2]));
    await keys('j');
    await expect.poll(() => chosen().getAttribute('aria-label')).toContain(told(events[1]));
    await page()
      .getByRole('region', { name: 'Player' })
      .getByText(/Garden|Street/)
      .first()
      .waitFor();
  });

  it('takes verdicts with one key, counts them, goes on to what has none, and takes them back', async () => {
    const day = await newestDay();
    const events = await eventsOf(day);
    await keys('s');
    await expect.poll(() => progress().innerText()).toContain(`1 of ${events.length} reviewed, 1 starred`);
    await expect.poll(async () => (await eventsOf(day))[1]?.verdict).toBe('star');
    await keys('j');
    await expect.poll(() => chosen().count()).toBe(1);
    await keys('u');
    const third = new Date(events[2]?.from ?? 0).toTimeString().slice(0, 8);
    await expect.poll(() => chosen().getAttribute('aria-label')).toContain(third);
    await keys('n');
    await expect.poll(async () => (await eventsOf(day))[2]?.verdict).toBe('discard');
    await expectAccessible('judged');
    await keys('Control+z');
    await expect.poll(async () => (await eventsOf(day))[2]?.verdict).toBeUndefined();
    await keys('Control+z');
    await expect.poll(() => progress().innerText()).toContain(`${events.length} sections`);
    const line = page().locator('.day-sections').first();
    await expect.poll(() => line.innerText()).toContain(`${events.length} sections`);
  });

  it('plays a chip on Enter and offers the same by a right click', async () => {
    await chips().focus();
    await keys('Home', 'ArrowRight');
    const second = await chip().nth(1).getAttribute('aria-label');
    await expect.poll(() => chosen().getAttribute('aria-label')).toBe(second);
    await keys('Enter');
    await page().getByRole('slider', { name: 'Position' }).waitFor();
    await chip().nth(0).click({ button: 'right' });
    const menu = page().getByRole('menu');
    await menu.waitFor();
    expect(await menu.getByRole('menuitem').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('Star'), expect.stringContaining('Copy time')]),
    );
    await expectAccessible('menu');
    await keys('Escape');
  });

  it('zooms the timeline down to seconds, pans it, and plays what is clicked', async () => {
    const timeline = page().getByRole('group', { name: /^Timeline/ });
    await timeline.focus();
    await keys('0');
    const canvas = page().locator('.timeline-canvas');
    const box = await canvas.boundingBox();
    if (!box) throw new Error('The timeline should be there.');
    // A pixel of a day is more than a minute: the middle of what the garden recorded is hit in any case.
    const middle = (3 * 60 + 2) * 60 * 1000;
    const x = box.x + (box.width * middle) / 86_400_000;
    await page().mouse.move(x, box.y + 30);
    for (let notch = 0; notch < 24; notch += 1) await page().mouse.wheel(0, -120);
    await keys('+');
    const told = timeline.getByRole('status');
    await expect.poll(() => told.innerText()).toMatch(/Shows .* 03:0\d:\d\d to .* 03:0\d:\d\d/);
    await running.screenshot('review-timeline-seconds');
    const before = await told.innerText();
    await keys('ArrowRight');
    await expect.poll(() => told.innerText()).not.toBe(before);
    await keys('ArrowLeft');
    await page().getByRole('button', { name: 'Close the player' }).click();
    await page().mouse.click(x, box.y + 30);
    await page().getByRole('slider', { name: 'Position' }).waitFor();
    await timeline.focus();
    await keys('0');
    await expect.poll(() => told.innerText()).toMatch(/00:00:00 to /);
  });

  it('filters recordings and sections alike, says how many are shown, and keeps days open', async () => {
    const list = page().getByRole('treegrid', { name: 'Recordings by day' });
    const open = () => list.locator('[aria-expanded="true"]').count();
    const opened = await open();
    await idle();
    await keys('/');
    await search().pressSequentially('street');
    const all = DAYS * PER_DAY * 2;
    await page()
      .getByText(`${all / 2} of ${all} shown`)
      .waitFor();
    await expect.poll(() => chip().count()).toBe(PER_DAY);
    await expectAccessible('searched');
    await page().getByRole('button', { name: 'All days' }).click();
    await expect.poll(() => chip().count()).toBe(PER_DAY * DAYS);
    await expectAccessible('range');
    await search().fill('nothing is called so');
    await page().getByText('No recording is like that').waitFor();
    await expectAccessible('nothing');
    await page().getByRole('button', { name: 'Clear', exact: true }).click();
    await expect.poll(open).toBe(opened);
    await expect.poll(() => search().inputValue()).toBe('');
    await page()
      .getByRole('button', { name: /^Filters/ })
      .click();
    await page().getByLabel('With gaps').check();
    await page().getByText(`${DAYS} of ${all} shown`).waitFor();
    await expectAccessible('filters');
    await page().getByRole('button', { name: 'Clear all filters' }).click();
    await keys('Escape');
  });

  it('goes to another day by the calendar, which tells how warm each is', async () => {
    const day = await newestDay();
    await page().locator('.day-button').click();
    const calendar = page().getByRole('dialog', { name: 'Calendar' });
    const focused = calendar.locator(':focus');
    await expect.poll(() => focused.getAttribute('aria-label')).toMatch(/\d+ recordings, \d+ sections/);
    await expectAccessible('calendar');
    await keys('ArrowLeft', 'Enter');
    await expect.poll(() => page().locator('.day-button').innerText()).not.toContain('–');
    await expect.poll(() => chip().count()).toBeGreaterThan(3);
    const before = new Date(new Date(`${day}T12:00:00`).getTime() - 86_400_000).getDate();
    await expect.poll(() => page().locator('.day-button').innerText()).toContain(` ${before} `);
    await page().getByRole('button', { name: 'Next day with recordings' }).click();
  });

  it('changes what makes a section, for all sources or one, and shows the effect at once', async () => {
    const all = (await eventsOf(await newestDay())).length;
    await page().getByRole('button', { name: 'What makes a section' }).click();
    const panel = page().getByRole('dialog', { name: 'What makes a section' });
    await panel.getByLabel('Margin, dB').fill('50');
    // The loudest sound of each recording of the first source is 52 dB above the noise.
    await panel.getByText(`${PER_DAY} sections in the days in view`).waitFor();
    await panel.getByLabel('Margin, dB').fill('99');
    await panel.getByText('Use at most 60 dB.').waitFor();
    await expectAccessible('detection');
    await panel.getByLabel('Margin, dB').fill('12');
    await panel.getByText(`${all} sections in the days in view`).waitFor();
    expect((await running.request('settings.get', {})).detection.marginDb).toBe(12);
    await keys('Escape');
  });

  it('goes to a time, and sets a marker at the instant of the key', async () => {
    await idle();
    await keys('g');
    const dialog = page().getByRole('dialog', { name: 'Go to a time' });
    await dialog.getByLabel('Time').fill('noon');
    await keys('Enter');
    await dialog.getByText('Enter a time such as').waitFor();
    await expectAccessible('go-to');
    await dialog.getByLabel('Time').fill('03:01:30');
    await keys('Enter');
    const position = page().getByRole('slider', { name: 'Position' });
    await expect.poll(async () => Number(await position.getAttribute('aria-valuenow'))).toBeGreaterThan(5);
    await page().getByRole('button', { name: 'Close the player' }).click();
    const from = Date.now();
    await keys('m');
    const to = Date.now();
    await page().getByRole('button', { name: 'Name it' }).click();
    const naming = page().getByRole('dialog', { name: 'Marker' });
    await naming.getByLabel('Name').fill('Owl');
    await expectAccessible('marker');
    await keys('Enter');
    const owl = async () => (await running.request('markers.list', { from: from - 1000, to: to + 1000 }))[0];
    await expect.poll(async () => (await owl())?.label).toBe('Owl');
    const at = (await owl())?.at ?? 0;
    expect(at).toBeGreaterThanOrEqual(from - 50);
    expect(at).toBeLessThanOrEqual(to + 50);
  });

  it('loses nothing at twice the size of letters', async () => {
    // What a window of 1280 by 800 shows then.
    await page().setViewportSize({ width: 640, height: 400 });
    const check = async (screen: string): Promise<void> => {
      await running.screenshot(`review-twice-${screen}`);
      expect(await outOfReach(page()), screen).toEqual([]);
      const isWider = await page().evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      expect(isWider, `${screen} scrolls sideways`).toBe(false);
    };
    await check('window');
    await page().evaluate(() => {
      const cover = document.createElement('div');
      cover.id = 'planted';
      cover.style.cssText = 'position:fixed;inset:0 0 auto auto;width:60px;height:60px;z-index:99';
      document.body.append(cover);
    });
    expect(await outOfReach(page()), 'is looked at by something that sees').toContain('Settings');
    await page().evaluate(() => document.querySelector('#planted')?.remove());
    await chip().first().click();
    await page().getByRole('slider', { name: 'Position' }).waitFor();
    await keys('i', 'ArrowRight', 'o');
    await page().getByRole('group', { name: 'Selection' }).waitFor();
    // A section is over soon, and then there is nothing left to pause.
    await pressAll('Pause');
    // What tells of the marker before would lie over it, and goes by itself later.
    await pressAll('Dismiss');
    await expect.poll(() => page().getByRole('button', { name: 'Dismiss' }).count()).toBe(0);
    await check('player');
    await keys('e');
    await page().getByRole('dialog', { name: 'Export' }).waitFor();
    await check('export');
    await keys('Escape');
    await page().locator('.day-button').click();
    await page().getByRole('dialog', { name: 'Calendar' }).waitFor();
    await check('calendar');
    await keys('Escape');
    await keys('v');
    const details = page().getByRole('complementary', { name: 'Details' });
    await details.waitFor();
    await running.screenshot('review-twice-details');
    await details.getByRole('button', { name: 'Close the details' }).focus();
    await keys('Enter');
    await expect.poll(() => details.count()).toBe(0);
    // What had focus is gone; the keys go on from the list, and not from the top of the window.
    await expect.poll(() => page().evaluate(() => document.activeElement?.id)).toBe('recordings');
    await page().getByRole('button', { name: 'Close the player' }).click();
    await page().setViewportSize(LOOKS[0].size);
  });

  it('hides the highlights and shows them again with D', async () => {
    await idle();
    await keys('d');
    await expect.poll(() => chips().count()).toBe(0);
    await expectAccessible('hidden');
    await keys('d');
    await expect.poll(() => chips().count()).toBe(1);
  });

  it('shows sections of what is being recorded while it is', async () => {
    const { config } = await running.request('sources.add', {
      kind: 'generator',
      name: 'Live',
      programme: 'bursts',
      seed: 7,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 1,
    });
    await running.request('sources.arm', { ids: [config.id] });
    await page().locator('.day-button').click();
    await page().getByRole('button', { name: 'Today' }).click();
    await expect.poll(() => chip().count(), { timeout: FOUND_MS }).toBeGreaterThan(0);
    const [recording] = (await running.request('library.recordings', { day: await newestDay(), offset: 0, limit: 1 }))
      .recordings;
    expect(recording?.state).toBe('recording');
    await running.screenshot('review-live');
    await running.request('sources.disarm', {});
  });

  it('has had no error in the page', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
