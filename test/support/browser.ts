import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { reading } from './desktopRig.ts';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';

const SCREENSHOTS = join(resolve(import.meta.dirname, '../..'), 'test-output', 'screenshots');

const MAIN = `
const { app, BrowserWindow } = require('electron');
const { join } = require('node:path');
const downloads = (globalThis.downloads = []);
app.on('window-all-closed', () => app.quit());
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800 });
  window.webContents.session.on('will-download', (_, item) => {
    const name = item.getFilename();
    item.setSavePath(join(app.getPath('userData'), name));
    item.once('done', () => downloads.push({ name, path: item.getSavePath(), state: item.getState() }));
  });
  return window.loadURL('about:blank');
});
`;

/** A busy machine starts it late. */
const LAUNCH_MS = 120_000;
/** What is waited for in the page comes later on a busy machine. */
const PATIENCE_MS = 60_000;

export interface Downloaded {
  readonly name: string;
  readonly path: string;
  /** `completed` when all of it is there. */
  readonly state: string;
}

/** Electron's Chromium with one empty window and nothing of ours: a browser for pages of servers. */
export class Browser {
  readonly page: Page;
  /** What the page complained about. */
  readonly complaints: string[] = [];
  readonly #app: ElectronApplication;
  readonly #folder: string;

  private constructor(app: ElectronApplication, page: Page, folder: string) {
    this.#app = app;
    this.page = page;
    this.#folder = folder;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  static async launch(): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-browser-'));
    const app = join(folder, 'app');
    await mkdir(app);
    await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'browser', version: '1.0.0', main: 'main.cjs' }));
    await writeFile(join(app, 'main.cjs'), MAIN);
    const root = process.getuid?.() === 0;
    const running = await _electron.launch({
      timeout: LAUNCH_MS,
      args: [app, ...(root ? ['--no-sandbox'] : []), '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`],
    });
    return new Browser(running, await running.firstWindow({ timeout: LAUNCH_MS }), folder);
  }

  /** What was downloaded, in order. */
  downloads(): Promise<readonly Downloaded[]> {
    return reading(() => this.#app.evaluate(() => (globalThis as unknown as { downloads: Downloaded[] }).downloads));
  }

  /** What is not accessible by WCAG 2.2 AA, and whether the page is wider than the window. */
  async violations(): Promise<readonly string[]> {
    // Electron opens no second page for the results.
    const { violations } = await new AxeBuilder({ page: this.page }).setLegacyMode().analyze();
    const isWide = await this.page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    return [
      ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
      ...(isWide ? ['The page scrolls sideways.'] : []),
    ];
  }

  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.#app.close();
    // Its other processes end a moment later, and may write until then.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20 });
  }
}
