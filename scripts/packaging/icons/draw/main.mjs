// Run by Electron: draws the icon in every size, and ends. Arguments: the SVG, then the folder for the pictures.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BrowserWindow, app } from 'electron';
import { SIZES } from '../sizes.mjs';

async function draw() {
  const [svg = '', folder = ''] = process.argv.slice(-2);
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } });
  await window.loadURL('data:text/html,<canvas></canvas>');
  const source = `data:image/svg+xml;base64,${(await readFile(svg)).toString('base64')}`;
  for (const size of SIZES) {
    /** @type {string} */
    const picture = await window.webContents.executeJavaScript(`new Promise((resolve, reject) => {
      const image = new Image(${size}, ${size});
      image.onerror = () => reject(new Error('The icon cannot be drawn.'));
      image.onload = () => {
        const canvas = document.querySelector('canvas');
        canvas.width = canvas.height = ${size};
        canvas.getContext('2d').drawImage(image, 0, 0, ${size}, ${size});
        resolve(canvas.toDataURL('image/png'));
      };
      image.src = '${source}';
    })`);
    await writeFile(join(folder, `${size}x${size}.png`), Buffer.from(picture.split(',')[1] ?? '', 'base64'));
  }
}

// Not awaited at the top: the program is ready only after this file has been loaded.
app
  .whenReady()
  .then(draw)
  .then(
    () => app.exit(0),
    (error) => {
      process.stderr.write(`${String(error)}\n`);
      app.exit(1);
    },
  );
