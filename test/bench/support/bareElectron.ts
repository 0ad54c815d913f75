import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAIN = `
const { app, BrowserWindow } = require('electron');
process.stdout.on('error', () => undefined);
app.setPath('userData', process.env.LONGTAKE_USER_DATA);
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, show: false });
  window.once('ready-to-show', () => {
    window.show();
    console.log('Bare is running.');
  });
  window.loadURL('data:text/html,<title>Bare</title><p>An empty window.</p>');
});
`;

/** Writes a program that opens one window with a line of text, and does nothing else; returns its folder. */
export async function writeBareElectron(folder: string): Promise<string> {
  const home = join(folder, 'bare');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), JSON.stringify({ name: 'bare', version: '1.0.0', main: 'main.js' }));
  await writeFile(join(home, 'main.js'), MAIN);
  return home;
}
