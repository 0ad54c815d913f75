import { join } from 'node:path';
import { type BrowserWindow, Notification, app, dialog, nativeImage, shell } from 'electron';
import type { Background } from '../shared/contract/desktop.ts';
import type { Desktop } from '../shared/ports/desktop.ts';
import { drawDragIcon } from './dragIcon.ts';
import { copyFileToClipboard } from './fileClipboard.ts';
import { LongtakeError } from '../shared/errors.ts';
import { isPage } from '../shared/webAddress.ts';
import type { Notifier } from '../shared/ports/notifier.ts';

export interface DesktopOptions {
  readonly window: () => BrowserWindow | undefined;
  /** No dialog may wait for a person who is not there. */
  readonly noDialogs: boolean;
  /** Tray and keys now. */
  readonly background: () => Background;
}

/** File manager and folder dialog of this desktop. */
export function createDesktop({ window, noDialogs, background }: DesktopOptions): Desktop {
  return {
    revealFile: (path) => shell.showItemInFolder(path),
    openFolder: async (path) => {
      const problem = await shell.openPath(path);
      if (problem !== '') throw new LongtakeError('NOT_FOUND', `The folder ${path} could not be opened: ${problem}`);
    },
    openPage: async (url) => {
      // Nothing else ever reaches the system: what opens other schemes there may run something.
      if (!isPage(url)) throw new LongtakeError('NOT_ALLOWED', 'Only pages of the web are opened in the browser.');
      await shell.openExternal(url.href);
    },
    chooseExport: async ({ name, folder }) => {
      if (noDialogs) return undefined;
      const defaultPath = join(app.getPath('documents'), folder ? '' : name);
      const parent = window();
      if (folder) {
        const options = {
          title: 'Choose a folder to export to',
          buttonLabel: 'Export here',
          defaultPath,
          properties: ['openDirectory' as const, 'createDirectory' as const],
        };
        const { filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
        return filePaths[0];
      }
      const options = { title: 'Export as', defaultPath, buttonLabel: 'Export' };
      const { filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return filePath === '' ? undefined : filePath;
    },
    startDrag: (path) => {
      // The window that asked is the one that the person drags in.
      window()?.webContents.startDrag({ file: path, icon: nativeImage.createFromBuffer(drawDragIcon()) });
    },
    copyFile: copyFileToClipboard,
    background,
    chooseFolder: async (current) => {
      if (noDialogs) return undefined;
      const options = {
        title: 'Choose a folder for recordings',
        defaultPath: current,
        properties: ['openDirectory' as const, 'createDirectory' as const],
      };
      const parent = window();
      const { filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
      return filePaths[0];
    },
  };
}

/** Asks whether to quit although `armed` sources are armed. */
export async function confirmQuit(
  { window, noDialogs }: Omit<DesktopOptions, 'background'>,
  armed: number,
): Promise<boolean> {
  if (noDialogs) return true;
  const options = {
    type: 'question' as const,
    message: 'Recording goes on until you quit.',
    detail: 'Close the window to keep it out of the way. Quitting closes the open recordings; nothing is lost.',
    buttons: [armed === 1 ? 'Quit and stop 1 recording' : `Quit and stop ${armed} recordings`, 'Go on recording'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  };
  const parent = window();
  // A question behind a window that is hidden is never answered.
  if (parent?.isMinimized()) parent.restore();
  const { response } = await (parent ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options));
  return response === 0;
}

/** Tells once what no window shows: by a notification, and where there are none, by a dialog that nobody waits for. */
export function tellOnce({ noDialogs }: Pick<DesktopOptions, 'noDialogs'>, notifier: Notifier, body: string): void {
  const title = 'Longtake goes on';
  if (Notification.isSupported()) notifier.notify({ title, body, urgent: false });
  else if (!noDialogs) {
    void dialog.showMessageBox({ type: 'info', message: title, detail: body, buttons: ['OK'], noLink: true });
  }
}
