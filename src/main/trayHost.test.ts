import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { TrayHost } from './trayHost.ts';

let folder: string;
let changes: boolean[];
let host: TrayHost;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-tray-'));
  changes = [];
  host = new TrayHost(() => void changes.push(host.isThere), silentLog);
  vi.stubEnv('PATH', folder);
  vi.stubEnv('LONGTAKE_TRAY', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function program(name: string, does: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${does}\n`);
  await chmod(join(folder, name), 0o755);
}

test.runIf(process.platform === 'linux')('the session bus tells, by whichever program there is', async () => {
  expect(await host.look()).toBe(false);
  await program('dbus-send', 'echo "method return time=1"; echo "   variant       boolean true"');
  expect(await host.look()).toBe(true);
  await program('gdbus', 'echo "(<false>,)"');
  expect(await host.look()).toBe(false);
  await program('gdbus', 'echo "(<true>,)"');
  expect(await host.look()).toBe(true);
  await program('busctl', 'echo "b true is not what an error says" >&2; exit 1');
  expect(await host.look()).toBe(false);
  await program('busctl', 'echo "b true"');
  expect(await host.look()).toBe(true);
  expect(await host.look()).toBe(true);
  expect(changes).toEqual([true, false, true, false, true]);
});

test('a person who knows better is believed', async () => {
  await program('busctl', 'echo "b true"');
  vi.stubEnv('LONGTAKE_TRAY', '0');
  expect(await host.look()).toBe(false);
  await program('busctl', 'exit 1');
  vi.stubEnv('LONGTAKE_TRAY', '1');
  expect(await host.look()).toBe(true);
});
