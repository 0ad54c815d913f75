import { Menu, type MenuItemConstructorOptions, app } from 'electron';

/** The menu: what every program has, with the shortcuts that people expect, and no more. */
export function buildMenu(): Menu {
  const isMac = process.platform === 'darwin';
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  if (!app.isPackaged) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
  const program: MenuItemConstructorOptions[] = isMac ? [{ role: 'appMenu' }] : [];
  const help: MenuItemConstructorOptions[] = isMac ? [] : [{ role: 'help', submenu: [{ role: 'about' }] }];
  return Menu.buildFromTemplate([
    ...program,
    { role: 'fileMenu' },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
    ...help,
  ]);
}
