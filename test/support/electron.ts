import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, errors, type Page } from 'playwright-core';
import type { LongtakeBridge } from '../../src/shared/contract/bridge.ts';
import { reading } from './desktopRig.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../src/shared/contract/requests.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
/** Kept after the run, to be looked at. */
const SCREENSHOTS = join(PROJECT, 'test-output', 'screenshots');

/** Names a packaged program that is to be driven in place of the unpacked one. */
export const PROGRAM = 'LONGTAKE_E2E_PROGRAM';

/** A busy machine starts it late. */
const LAUNCH_MS = 120_000;
const TRIES_MS = [25_000, 60_000];
/** What is waited for in the page comes later on a busy machine. */
const PATIENCE_MS = 60_000;

/** The real program with a profile of its own, driven as a person would. */
export class RunningApp {
  readonly app: ElectronApplication;
  /** Of the window that was opened last. */
  page: Page;
  /** What the program printed. */
  readonly output: string[];
  /** What went wrong in the page. */
  readonly pageErrors: string[];

  private constructor(app: ElectronApplication, page: Page, output: string[], pageErrors: string[]) {
    this.app = app;
    this.page = page;
    this.output = output;
    this.pageErrors = pageErrors;
  }

  /**
   * `env` is added to the environment: virtual cards and the like. `open` makes a program show its window that was
   * started without one.
   */
  static async launch(
    profile: string,
    env: Readonly<Record<string, string>> = {},
    open: (app: ElectronApplication) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<RunningApp> {
    const root = process.getuid?.() === 0;
    const app = await start({
      args: [...(root ? ['--no-sandbox'] : []), '--disable-gpu'],
      env: { ...definedEnv(), LONGTAKE_USER_DATA: profile, LONGTAKE_NO_DIALOGS: '1', ...env },
    });
    const output: string[] = [];
    app.process().stdout?.on('data', (data: Buffer) => output.push(data.toString()));
    app.process().stderr?.on('data', (data: Buffer) => output.push(data.toString()));
    await open(app);
    const page = await app.firstWindow({ timeout: LAUNCH_MS });
    await prepare(page);
    const pageErrors: string[] = [];
    page.on('pageerror', (error) => pageErrors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') pageErrors.push(message.text());
    });
    await page.waitForLoadState('domcontentloaded');
    return new RunningApp(app, page, output, pageErrors);
  }

  /** Follows the window that comes of `open`. */
  async reopened(open: () => Promise<unknown>): Promise<void> {
    const opened = this.app.waitForEvent('window', { timeout: LAUNCH_MS });
    await open();
    this.page = await opened;
    await prepare(this.page);
    await this.page.waitForLoadState('domcontentloaded');
  }

  /** Asks the studio as the page does. */
  async request<Name extends RequestName>(name: Name, input: RequestInput<Name>): Promise<RequestOutput<Name>> {
    const reply = await this.page.evaluate(
      ([requestName, requestInput]) => {
        const bridge = (window as { longtake?: LongtakeBridge }).longtake;
        if (!bridge) throw new Error('The page has no bridge.');
        return bridge.request(requestName, requestInput);
      },
      [name as RequestName, input as unknown] as const,
    );
    if (!reply.ok) throw new Error(`${name}: ${reply.error.code} ${reply.error.message}`);
    return reply.value as RequestOutput<Name>;
  }

  /** Process id of the recorder that runs now. */
  async recorderPid(): Promise<number> {
    const metrics = await reading(() => this.app.evaluate(({ app }) => app.getAppMetrics()));
    const recorder = metrics.find(({ name, serviceName }) => /recorder/i.test(`${name} ${serviceName}`));
    if (!recorder) throw new Error(`No recorder among ${JSON.stringify(metrics.map(({ name }) => name))}`);
    return recorder.pid;
  }

  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  /** Ends the program as Quit does. */
  async quit(): Promise<void> {
    await this.app.close();
  }

  /** Ends the program as a crash of everything does. */
  async kill(): Promise<void> {
    const child = this.app.process();
    const closed = this.app.waitForEvent('close', { timeout: PATIENCE_MS });
    child.kill('SIGKILL');
    await closed;
  }
}

/**
 * Without a path of its own, the driver has the program wait for it: attached to a page that is just being loaded, it
 * now and then waits for that page for ever. A packaged program cannot be made to wait, so it is started once more.
 */
async function start(options: { readonly args: readonly string[]; readonly env: Record<string, string> }) {
  const { args, env } = options;
  const program = process.env[PROGRAM];
  if (program === undefined) return _electron.launch({ args: [PROJECT, ...args], env, timeout: LAUNCH_MS });
  for (const timeout of TRIES_MS) {
    try {
      return await _electron.launch({ executablePath: program, args: [...args], env, timeout });
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
  }
  return _electron.launch({ executablePath: program, args: [...args], env, timeout: LAUNCH_MS });
}

/** Colours that fade are others in the middle of it, which a busy machine may be at when it is asked for them. */
async function prepare(page: Page): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.emulateMedia({ reducedMotion: 'reduce' });
}

/** A folder for a profile that goes away with {@link removeProfile}. */
export function makeProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'longtake-profile-'));
}

export async function removeProfile(profile: string): Promise<void> {
  // Chromium's own processes end a moment after the program, and may write until then.
  await rm(profile, { recursive: true, force: true, maxRetries: 20 });
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
