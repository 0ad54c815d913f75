import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { drawTrayIcon, type TrayFace } from './trayIcon.ts';

const run = promisify(execFile);
const FACES: readonly TrayFace[] = ['idle', 'recording', 'problem'];

/** Red, green, blue, alpha of each pixel, as another program reads the PNG. */
async function read(png: Buffer): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-icon-'));
  try {
    const file = join(folder, 'icon.png');
    await writeFile(file, png);
    const args = ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', 'pipe:1'];
    return (await run('ffmpeg', args, { encoding: 'buffer' })).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.each([16, 22, 32])('a tray icon of %i pixels', (size) => {
  it('is a PNG that others read, clear at its corners and with a colour of its own', async () => {
    const colours: string[] = [];
    for (const face of FACES) {
      const pixels = await read(drawTrayIcon(face, size));
      expect(pixels).toHaveLength(size * size * 4);
      expect(pixels[3]).toBe(0);
      // Near the left edge of the middle row every face is drawn fully.
      const at = (Math.floor(size * 0.66) * size + Math.floor(size * 0.25)) * 4;
      expect(pixels[at + 3]).toBeGreaterThan(200);
      colours.push(pixels.subarray(at, at + 3).toString('hex'));
    }
    expect(new Set(colours).size).toBe(3);
  });
  it('differs by its shape alone where the system colours it', async () => {
    const shapes = await Promise.all(FACES.map(async (face) => read(drawTrayIcon(face, size, true))));
    const centre = (Math.floor(size / 2) * size + Math.floor(size / 2)) * 4 + 3;
    // The ring is open in the middle, the triangle where its mark is.
    expect(shapes.map((pixels) => pixels[centre])).toEqual([0, 255, 0]);
    for (const pixels of shapes) expect(pixels.filter((value, index) => index % 4 < 3 && value !== 0)).toHaveLength(0);
  });
});
