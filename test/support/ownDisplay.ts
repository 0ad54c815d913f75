import { afterAll } from 'vitest';
import { onPath } from '../../scripts/setup/debian.mjs';
import { displayKind, virtualDisplay } from '../../scripts/setup/display.mjs';

// Windows share the keyboard, the pointer and the clipboard of their display: every file of tests has one of its own,
// where one can be made, and a person at this computer is not disturbed.
if (displayKind(process.platform, process.env) === 'none' || (await onPath('Xvfb'))) {
  const display = await virtualDisplay({ inOwnSession: false });
  Object.assign(process.env, display.env);
  delete process.env['WAYLAND_DISPLAY'];
  afterAll(() => display.close());
}
