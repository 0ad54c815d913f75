import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DeviceIdentity } from '../../../shared/domain/source.ts';

/** What Linux knows of a card beyond its name. */
export type CardPlace = Pick<DeviceIdentity, 'port' | 'serial' | 'usbId'>;

/** A folder of a USB device in sysfs: its bus and its ports on the way there, such as `1-2.4`. */
const USB_DEVICE = /^\d+-([\d.]+)$/;

/**
 * Where ALSA's card of this number is plugged in. The number of a USB bus may change with every start, so the port is
 * named by the controller and the sockets from it on. `root` is `/` but in tests. Empty when nothing is known.
 */
export function readCardPlace(card: number, root = '/'): CardPlace {
  const device = realPath(join(root, 'sys/class/sound', `card${card}`, 'device'));
  if (device === undefined) return {};
  for (let folder = device; folder.length > root.length; folder = dirname(folder)) {
    const ports = USB_DEVICE.exec(basename(folder))?.[1];
    if (ports !== undefined) return usbPlace(folder, ports, card, root);
  }
  return { port: basename(device) };
}

function usbPlace(folder: string, ports: string, card: number, root: string): CardPlace {
  const serial = readText(join(folder, 'serial'));
  const usbId = readText(join(root, 'proc/asound', `card${card}`, 'usbid'));
  return {
    port: `${controllerOf(folder)} usb ${ports}`,
    ...(serial === undefined ? {} : { serial }),
    ...(usbId === undefined ? {} : { usbId }),
  };
}

/** What is above the folder of the bus (`usb1`). */
function controllerOf(device: string): string {
  let folder = device;
  while (!/^usb\d+$/.test(basename(folder)) && dirname(folder) !== folder) folder = dirname(folder);
  return basename(dirname(folder));
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // No such card, or no sysfs: that it is not known is the answer.
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    // Many cards have no serial number, and then no such file.
    return undefined;
  }
}
