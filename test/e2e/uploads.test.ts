import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acting, reading } from '../support/desktopRig.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { FaultProxy } from '../support/faultProxy.ts';
import { SessionServerProcess } from '../support/sessionServer.ts';

describe('uploads in the window', () => {
  let profile: string;
  let running: RunningApp;
  let server: SessionServerProcess;
  let proxy: FaultProxy;

  beforeAll(async () => {
    profile = await makeProfile();
    server = await SessionServerProcess.start();
    proxy = await FaultProxy.start(server.url);
    running = await RunningApp.launch(profile);
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.request('settings.update', { splitSeconds: 5 });
    await running.request('sources.add', {
      kind: 'generator',
      name: 'Hut',
      programme: 'mixed',
      seed: 1,
      sampleRate: 16_000,
      bitDepth: 16,
      channels: 1,
    });
  });
  afterAll(async () => {
    await running.quit();
    await proxy.close();
    await server.remove();
    await removeProfile(profile);
  });

  const page = () => running.page;
  const dialog = (name: string | RegExp) => page().getByRole('dialog', { name });
  const uploads = (...states: ('done' | 'needsPerson')[]) => running.request('uploads.list', { states, limit: 100 });
  const withoutBarriers = async () => {
    const { violations } = await new AxeBuilder({ page: page() }).setLegacyMode().analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  };

  it('says what a target is, and names what is wrong with one', async () => {
    await page().getByRole('button', { name: 'Uploads' }).click();
    await dialog('Uploads').getByText('No target yet').waitFor();
    expect(await withoutBarriers()).toEqual([]);
    await dialog('Uploads').getByRole('button', { name: 'Add a target' }).click();
    // Whoever tries too early is told what is missing.
    await dialog('Add a target').getByRole('button', { name: 'Try it' }).click();
    await dialog('Add a target').getByText('Give the target a name.').waitFor();
    expect(await withoutBarriers()).toEqual([]);
    await dialog('Add a target').getByLabel('Name').fill('Archive');
    await dialog('Add a target').getByLabel('Address').fill(proxy.url);
    await dialog('Add a target').getByLabel('API token').fill('wrong');
    await dialog('Add a target').getByRole('button', { name: 'Try it' }).click();
    await dialog('Add a target').locator('.target-bad').waitFor();
    await dialog('Add a target').getByLabel('API token').fill(server.token);
    await dialog('Add a target').getByRole('button', { name: 'Try it' }).click();
    await dialog('Add a target').locator('.target-good').waitFor();
    await dialog('Add a target').getByRole('button', { name: 'Save' }).click();
    // A new target is for every source, unless one is taken out.
    await dialog('Uploads').locator('.target-sources').filter({ hasText: 'Hut' }).waitFor();
    await dialog('Uploads').getByRole('button', { name: 'Edit Archive' }).click();
    await dialog('Edit Archive').getByRole('checkbox', { name: 'Hut' }).uncheck();
    await dialog('Edit Archive').getByRole('button', { name: 'Save' }).click();
    await dialog('Uploads').getByRole('button', { name: 'Choose sources…' }).click();
    expect(await withoutBarriers()).toEqual([]);
    await dialog('Edit Archive').getByRole('checkbox', { name: 'Hut' }).check();
    await dialog('Edit Archive').getByRole('button', { name: 'Save' }).click();
    await dialog('Uploads').locator('.target-sources').filter({ hasText: 'Hut' }).waitFor();
    await page().keyboard.press('Escape');
  });

  it('brings what is recorded to the server while it is recorded, and says when it is safe', async () => {
    const [source] = await running.request('sources.list', {});
    if (!source) throw new Error('There should be a source.');
    await running.request('sources.arm', { ids: [source.config.id] });
    await expect.poll(async () => (await uploads('done')).length).toBeGreaterThan(1);
    await page().locator('.upload-mark[data-tone="safe"]').first().waitFor();
    // Not at once: between two recordings nothing moves for a moment.
    await page().locator('.upload-mark[data-tone="moving"]').first().waitFor();
    await running.screenshot('uploads-01-list');
    await page().keyboard.press('b');
    await dialog('Uploads').locator('.upload-line').first().waitFor();
    await running.screenshot('uploads-02-dialog');
    expect(await withoutBarriers()).toEqual([]);
    await page().keyboard.press('Escape');
  });

  it('asks for a person once, and goes on when it is put right, while recording never stopped', async () => {
    proxy.choose = ({ path }) => (path.includes('/chunks/') ? 'full' : undefined);
    await page().locator('.upload-strip').waitFor();
    await running.screenshot('uploads-03-full');
    const [source] = await running.request('sources.list', {});
    expect(source?.status.state).toBe('recording');
    await page().locator('.upload-strip').getByRole('button', { name: 'Uploads' }).click();
    const tryNow = dialog('Uploads').getByRole('button', { name: 'Try now' });
    await tryNow.waitFor();
    proxy.choose = () => undefined;
    await tryNow.click();
    await expect.poll(async () => (await uploads('needsPerson')).length).toBe(0);
    await page().keyboard.press('Escape');
    await running.request('sources.disarm', {});
    const unfinished = async () =>
      (await running.request('uploads.list', { limit: 200 })).filter(({ state }) => state !== 'done').length;
    await expect.poll(unfinished).toBe(0);
    const [done] = await uploads('done');
    if (!done) throw new Error('Nothing is done.');
    await acting(() =>
      running.app.evaluate(({ shell }) => {
        const opened: string[] = [];
        Object.assign(shell, { opened, openExternal: (url: string) => Promise.resolve(opened.push(url)) });
      }),
    );
    await page().keyboard.press('b');
    await dialog('Uploads').getByRole('radio', { name: 'All' }).click();
    await dialog('Uploads')
      .getByRole('button', { name: `Actions for ${done.path} to Archive` })
      .click();
    await page().getByRole('menuitem', { name: 'Open in the browser' }).click();
    const opened = () =>
      reading(() => running.app.evaluate(({ shell }) => (shell as unknown as { opened: string[] }).opened));
    await expect.poll(opened).toEqual([done.link]);
    await page().keyboard.press('Escape');
  });

  it('uploads what was recorded before, and removes a target after a question', async () => {
    const list = page().getByRole('treegrid', { name: 'Recordings by day' });
    await list.locator('.line-recording').first().click({ button: 'right' });
    await page().getByRole('menuitem', { name: 'Upload…' }).click();
    await dialog('Upload 1 recording').getByRole('button', { name: 'Upload' }).click();
    await page().getByText('All of it is there or on its way already.').waitFor();
    await page().keyboard.press('b');
    await dialog('Uploads').getByRole('button', { name: 'Remove Archive' }).click();
    await dialog('Remove Archive?').getByRole('button', { name: 'Remove target' }).click();
    await dialog('Uploads').getByText('No target yet').waitFor();
    expect(running.pageErrors).toEqual([]);
  });
});
