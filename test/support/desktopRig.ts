import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Menu, MenuItem } from 'electron';
import type { ElectronApplication } from 'playwright-core';
import { expect } from 'vitest';

/** What the program did with its desktop, as its main process sees it. */
interface Seen {
  menu: Menu | undefined;
  /** Dialogs: what they said. */
  readonly boxes: string[];
  /** Number of the button that a person takes next. */
  answer: number;
  minimised: number;
}

type WithSeen = { readonly seen: Seen };

/**
 * Electron's main process runs nothing of what waits between two events, and the promise of a result may be collected
 * as garbage before the driver has it. What was to be done is done then.
 */
const isLost = (error: unknown): boolean => String(error).includes('garbage collected');

/** Asks the main process for something, until it is told. */
export async function reading<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (!isLost(error)) throw error;
    return reading(ask);
  }
}

/** Does something in the main process, once. */
export async function acting(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!isLost(error)) throw error;
  }
}

/** Follows the tray's menu, dialogs and windows of a program from here on; there is no person and no tray in a test. */
export function watchDesktop(app: ElectronApplication): Promise<void> {
  return acting(() =>
    app.evaluate(({ Tray, dialog, BrowserWindow, Notification }) => {
      const seen: Seen = { menu: undefined, boxes: [], answer: 0, minimised: 0 };
      Object.assign(globalThis, { seen });
      const setContextMenu = Reflect.get(Tray.prototype, 'setContextMenu') as (
        this: unknown,
        menu: Menu | null,
      ) => void;
      Tray.prototype.setContextMenu = function set(menu) {
        seen.menu = menu ?? undefined;
        setContextMenu.call(this, menu);
      };
      const showMessageBox = (...given: readonly unknown[]) => {
        const options = given.at(-1) as { readonly message: string; readonly detail?: string };
        seen.boxes.push(`${options.message} ${options.detail ?? ''}`);
        return Promise.resolve({ response: seen.answer, checkboxChecked: false });
      };
      dialog.showMessageBox = showMessageBox as typeof dialog.showMessageBox;
      // Some computers have the library for it; dialogs tell instead of it.
      Notification.isSupported = () => false;
      BrowserWindow.prototype.minimize = () => void (seen.minimised += 1);
    }),
  );
}

export function seenBy(app: ElectronApplication): Promise<Omit<Seen, 'menu'>> {
  return reading(() =>
    app.evaluate(() => {
      const { menu: _, ...others } = (globalThis as unknown as WithSeen).seen;
      return others;
    }),
  );
}

export function answerNext(app: ElectronApplication, button: number): Promise<void> {
  return acting(() =>
    app.evaluate((_, answer) => {
      (globalThis as unknown as WithSeen).seen.answer = answer;
    }, button),
  );
}

/** The labels of the tray's menu, those of inner menus after a slash, those that cannot be chosen in brackets. */
export function trayLabels(app: ElectronApplication): Promise<string[]> {
  return reading(() =>
    app.evaluate(() => {
      const labels = (menu: Menu | undefined, before: string): string[] =>
        (menu?.items ?? [])
          .filter(({ type }) => type !== 'separator')
          .flatMap((item) =>
            item.submenu
              ? [`${before}${item.label}`, ...labels(item.submenu, `${before}${item.label}/`)]
              : [item.enabled ? `${before}${item.label}` : `(${before}${item.label})`],
          );
      return labels((globalThis as unknown as WithSeen).seen.menu, '');
    }),
  );
}

/** Chooses a line of the tray's menu, once it is there. */
export async function chooseInTray(app: ElectronApplication, label: string): Promise<void> {
  await expect.poll(() => trayLabels(app)).toContain(label);
  await acting(() =>
    app.evaluate((_, path) => {
      let items: readonly MenuItem[] = (globalThis as unknown as WithSeen).seen.menu?.items ?? [];
      let found: MenuItem | undefined;
      for (const part of path.split('/')) {
        found = items.find((item) => item.label === part);
        items = found?.submenu?.items ?? [];
      }
      if (!found) throw new Error(`The tray has no ${path}.`);
      // As Electron calls it when a person chooses the line.
      (found.click as () => void)();
    }, label),
  );
}

/** Closes the window as a person does. */
export function closeWindow(app: ElectronApplication): Promise<void> {
  return acting(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()));
}

/** Process ids of pages; empty where no window is. */
export function pageProcesses(app: ElectronApplication): Promise<number[]> {
  return reading(() =>
    app.evaluate(({ app: { getAppMetrics } }) =>
      getAppMetrics()
        .filter(({ type }) => type === 'Tab')
        .map(({ pid }) => pid),
    ),
  );
}

/**
 * A desktop whose session bus says that there is a tray, or none, and where a person chooses the first button of each
 * notification: put `env` into the environment of a program.
 */
export class DesktopStandIn {
  readonly env: Readonly<Record<string, string>>;
  readonly #answer: string;

  private constructor(folder: string) {
    this.#answer = join(folder, 'answer');
    this.env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, LONGTAKE_TRAY: '' };
  }

  static async make(folder: string): Promise<DesktopStandIn> {
    await mkdir(folder, { recursive: true });
    const standIn = new DesktopStandIn(folder);
    await standIn.set(false);
    const programs = {
      busctl: `cat '${standIn.#answer}'`,
      'notify-send': `[ "$1" = --help ] && echo --action || echo 0`,
    };
    for (const [name, does] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${does}\n`);
      await chmod(join(folder, name), 0o755);
    }
    return standIn;
  }

  set(isThere: boolean): Promise<void> {
    return writeFile(this.#answer, `b ${isThere}\n`);
  }
}
