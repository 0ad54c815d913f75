import { Menu, type MenuItemConstructorOptions, app } from 'electron';
import type { MenuDialog } from '../shared/contract/desktop.ts';

type Items = MenuItemConstructorOptions[];

/**
 * The menu: what every program has, with the shortcuts that people expect, and no more. `show` opens a dialog of the
 * window.
 */
export function buildMenu(show: (dialog: MenuDialog) => void): Menu {
  const isMac = process.platform === 'darwin';
  // The page listens for these keys itself; here they only stand beside the words.
  const entry = (dialog: MenuDialog, label: string, accelerator: string): MenuItemConstructorOptions => ({
    id: dialog,
    label,
    accelerator,
    registerAccelerator: false,
    click: () => show(dialog),
  });
  const settings = entry('settings', 'Settings…', 'CommandOrControl+,');
  const file: Items = isMac
    ? [{ role: 'close' }]
    : [settings, { type: 'separator' }, { role: 'close' }, { role: 'quit' }];
  const view: Items = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  if (!app.isPackaged) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
  const help: Items = [entry('help', 'Longtake Help', 'F1'), entry('shortcuts', 'Keyboard Shortcuts', '?')];
  if (!isMac) help.push({ type: 'separator' }, { role: 'about' });
  return Menu.buildFromTemplate([
    ...(isMac ? [{ label: app.name, submenu: ofProgram(settings) }] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
    { role: 'help', submenu: help },
  ]);
}

/** The first menu on macOS. */
function ofProgram(settings: MenuItemConstructorOptions): Items {
  return [
    { role: 'about' },
    { type: 'separator' },
    settings,
    { type: 'separator' },
    { role: 'services' },
    { type: 'separator' },
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    { type: 'separator' },
    { role: 'quit' },
  ];
}
