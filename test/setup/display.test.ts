import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { onPath } from '../../scripts/setup/debian.mjs';
import { displayKind, virtualDisplay, xAuthority } from '../../scripts/setup/display.mjs';

describe('the display is', () => {
  it.each([
    ['linux', {}, 'none'],
    ['linux', { DISPLAY: '' }, 'none'],
    ['linux', { DISPLAY: ':0' }, 'x11'],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'wayland'],
    ['linux', { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' }, 'x11'],
    ['darwin', {}, 'native'],
    ['win32', {}, 'native'],
  ] as const)('on %s with %o: %s', (platform, env, kind) => {
    expect(displayKind(platform, env)).toBe(kind);
  });
});

it('an authority file holds one cookie for every display', () => {
  const cookie = Buffer.alloc(16, 7);
  const file = xAuthority(cookie);
  expect(file.toString('latin1')).toBe(
    `\xff\xff\x00\x00\x00\x00\x00\x12MIT-MAGIC-COOKIE-1\x00\x10${cookie.toString('latin1')}`,
  );
});

/** Opens an X connection (X11 protocol, "Connection Setup"); resolves to whether it was let in. */
async function isLetIn(display: string, cookie: Buffer | undefined): Promise<boolean> {
  const name = Buffer.from(cookie ? 'MIT-MAGIC-COOKIE-1' : '');
  const data = cookie ?? Buffer.alloc(0);
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const head = Buffer.from([0x6c, 0, 11, 0, 0, 0, name.length, 0, data.length, 0, 0, 0]);
  const socket = connect(`/tmp/.X11-unix/X${display.slice(1)}`);
  socket.write(Buffer.concat([head, padded(name), padded(data)]));
  const [reply]: unknown[] = await once(socket, 'data');
  socket.destroy();
  return Buffer.isBuffer(reply) && reply[0] === 1;
}

describe('a virtual display', async () => {
  const hasXvfb = await onPath('Xvfb');

  it('lets in who has its cookie, and nobody else, until it is closed', async (context) => {
    if (!hasXvfb) context.skip('Xvfb is not installed');
    const display = await virtualDisplay();
    const name = display.env['DISPLAY'] ?? '';
    try {
      const authority = await readFile(display.env['XAUTHORITY'] ?? '');
      expect(await isLetIn(name, authority.subarray(-16))).toBe(true);
      expect(await isLetIn(name, Buffer.alloc(16))).toBe(false);
      expect(await isLetIn(name, undefined)).toBe(false);
    } finally {
      await display.close();
    }
    await expect(isLetIn(name, undefined)).rejects.toThrow();
  });
});
