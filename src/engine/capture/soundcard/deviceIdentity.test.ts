import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCardPlace } from './cardPlace.ts';
import { findByIdentity, identityOf, isHardware } from './deviceIdentity.ts';

interface Plugged {
  readonly card: number;
  readonly bus: number;
  readonly ports: string;
  readonly serial?: string;
}

describe('the identity of a card', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'longtake-sys-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  /** Makes the folders that Linux shows for a USB card; what was there before is gone, as after a restart. */
  async function plug(...cards: readonly Plugged[]): Promise<void> {
    await rm(root, { recursive: true, force: true });
    for (const { card, bus, ports, serial } of cards) {
      const device = join(root, 'sys/devices/pci0000:00/0000:00:14.0', `usb${bus}`, `${bus}-1`, `${bus}-${ports}`);
      const face = join(device, `${bus}-${ports}:1.0`);
      await mkdir(join(face, 'sound', `card${card}`), { recursive: true });
      if (serial !== undefined) await writeFile(join(device, 'serial'), `${serial}\n`);
      await link(card, face);
      await mkdir(join(root, 'proc/asound', `card${card}`), { recursive: true });
      await writeFile(join(root, 'proc/asound', `card${card}`, 'usbid'), '1235:8210\n');
    }
  }

  async function link(card: number, device: string): Promise<void> {
    const folder = join(root, 'sys/class/sound', `card${card}`);
    await mkdir(folder, { recursive: true });
    await symlink(device, join(folder, 'device'));
  }

  const listed = (...cards: readonly number[]) =>
    cards.map((card) => {
      const name = `Scarlett 2i2 USB: Audio (hw:${card},0)`;
      return { card, identity: identityOf(name, 'ALSA', (number) => readCardPlace(number, root)) };
    });

  it('holds controller, sockets, serial number and make', async () => {
    await plug({ card: 1, bus: 3, ports: '1.4', serial: 'A77' });
    expect(listed(1)[0]?.identity).toEqual({
      hostApi: 'ALSA',
      name: 'Scarlett 2i2 USB: Audio',
      pcm: 0,
      port: '0000:00:14.0 usb 1.4',
      serial: 'A77',
      usbId: '1235:8210',
    });
  });

  it('holds the slot of a card that is built in, and only a name of what is no card', async () => {
    const device = join(root, 'sys/devices/pci0000:00/0000:00:1f.3');
    await mkdir(device, { recursive: true });
    await link(0, device);
    expect(readCardPlace(0, root)).toEqual({ port: '0000:00:1f.3' });
    expect(readCardPlace(7, root)).toEqual({});
    expect(identityOf('studio_a', 'ALSA', () => ({ port: 'none' }))).toEqual({ hostApi: 'ALSA', name: 'studio_a' });
    expect([isHardware('USB: - (hw:1,0)'), isHardware('studio_a')]).toEqual([true, false]);
  });

  it('finds each of two equal cards by its port when their numbers have changed', async () => {
    await plug({ card: 1, bus: 1, ports: '1.1' }, { card: 2, bus: 1, ports: '1.2' });
    const [first, second] = listed(1, 2);
    await plug({ card: 5, bus: 2, ports: '1.2' }, { card: 3, bus: 2, ports: '1.1' });
    const now = listed(5, 3);
    expect(first && findByIdentity(first.identity, now)?.card).toBe(3);
    expect(second && findByIdentity(second.identity, now)?.card).toBe(5);
  });

  it('takes no other card of the same make for the one that is gone', async () => {
    await plug({ card: 1, bus: 1, ports: '1.1' }, { card: 2, bus: 1, ports: '1.2' });
    const [first] = listed(1, 2);
    await plug({ card: 1, bus: 1, ports: '1.2' });
    expect(first && findByIdentity(first.identity, listed(1))).toBeUndefined();
    expect(first && findByIdentity({ ...first.identity, alone: true }, listed(1))?.card).toBe(1);
  });

  it('finds a card by its serial number wherever it is plugged in', async () => {
    await plug({ card: 1, bus: 1, ports: '1.1', serial: 'A' }, { card: 2, bus: 1, ports: '1.2', serial: 'B' });
    const [first] = listed(1, 2);
    await plug({ card: 1, bus: 1, ports: '1.1', serial: 'B' }, { card: 2, bus: 1, ports: '1.3', serial: 'A' });
    expect(first && findByIdentity(first.identity, listed(1, 2))?.card).toBe(2);
  });

  it('tells cards with one serial number by port', async () => {
    await plug({ card: 1, bus: 1, ports: '1.1', serial: '000' }, { card: 2, bus: 1, ports: '1.2', serial: '000' });
    const [, second] = listed(1, 2);
    expect(second && findByIdentity(second.identity, listed(1, 2))?.card).toBe(2);
  });
});
