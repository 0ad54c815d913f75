import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Device } from '../../../shared/domain/source.ts';
import { readCardPlace } from './cardPlace.ts';
import { identityOf } from './deviceIdentity.ts';

const run = promisify(execFile);
const LIST_MS = 5000;

/** The inputs that arecord can record; none where there is no arecord. */
export type ArecordPcms = () => Promise<readonly Device[]>;

/** Usual for what does not say; the device itself is asked when it is opened. */
const USUAL = { maxChannels: 2, defaultSampleRate: 48_000 };

export const arecordPcms: ArecordPcms = async () => {
  if (process.platform !== 'linux') return [];
  const [cards, names] = await Promise.all([list('-l'), list('-L')]);
  return [...parseNames(names), ...parseCards(cards)].map((device): Device => {
    const identity = identityOf(device.name, 'ALSA', (card) => readCardPlace(card));
    return { ...USUAL, hostApi: 'ALSA', isDefault: false, backend: 'arecord', identity, ...device };
  });
};

/**
 * Cards of `arecord -l`, named as PortAudio names them:
 * `card 1: USB [Scarlett 2i2 USB], device 0: USB Audio [USB Audio]`.
 */
export function parseCards(text: string): readonly Pick<Device, 'name'>[] {
  const CARD = /^card (\d+): \S+ \[(.*?)\], device (\d+): .*? \[(.*)\]$/gm;
  return [...text.matchAll(CARD)].map(([, card, cardName, pcm, pcmName]) => ({
    name: `${cardName}: ${pcmName} (hw:${card},${pcm})`,
  }));
}

/** Plugins that ALSA lists everywhere, and that are no inputs by themselves. */
const plugins = new Set([
  'null',
  'lavrate',
  'samplerate',
  'speexrate',
  'jack',
  'oss',
  'speex',
  'upmix',
  'vdownmix',
  'usbstream',
]);

/** Plain names of `arecord -L`; those with arguments (`hw:CARD=USB`) are other ways to the same cards. */
export function parseNames(text: string): readonly Pick<Device, 'name' | 'isDefault'>[] {
  return text
    .split('\n')
    .filter((line) => /^[\w.-]+$/.test(line) && !plugins.has(line))
    .map((name) => ({ name, isDefault: name === 'default' }));
}

async function list(option: '-l' | '-L'): Promise<string> {
  try {
    const { stdout } = await run('arecord', [option], { env: { ...process.env, LC_ALL: 'C' }, timeout: LIST_MS });
    return stdout;
  } catch {
    // Without arecord or without any card there is nothing to list; PortAudio's list says what else there is.
    return '';
  }
}
