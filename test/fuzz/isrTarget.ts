import { readIsrConfig } from '../../src/engine/studio/isr/isrConfig.ts';
import { decodeFileText } from '../../src/shared/decodeText.ts';
import { check } from './check.ts';
import type { Target } from './targets.ts';

const FILES = [
  '[general]\noutput_directory = rec\nsplit_minutes = 30\nfilename_pattern = %Y/%m/%d_%H%M%S\n[Radio]\ntype = stream\n' +
    'url = http://a:b@127.0.0.1:8000/live\nformat = auto\n',
  '\uFEFF[DEFAULT]\r\nmax_retries: 3\r\n[Mic]\r\ntype: soundcard\r\ndevice: hw:1,0\r\n  more\r\n; note\r\nchannels = 1\r\n',
  '[a]\n[b]\ntype = soundcard\nfilename_pattern = %%H{x}\nsample_rate = 96000\nformat = flac\n',
];

/** A configuration that a person chose; `corpus`: more of them, also in other encodings. */
export function isrTarget(corpus: readonly Uint8Array[]): Target {
  return { name: 'isr', corpus: [...FILES.map((text) => new TextEncoder().encode(text)), ...corpus], read };
}

function read(input: Uint8Array): void {
  const text = decodeFileText(input);
  const lines = text.split(/\r\n|\n|\r/).length;
  const { sources, problems } = readIsrConfig(text);
  for (const { line, message } of [...problems, ...sources.map((source) => ({ ...source, message: 'source' }))]) {
    check(line >= 1 && line <= lines, `Line ${line} of ${lines}: ${message}`);
    check(message.length > 0, 'A problem says nothing.');
  }
  for (const { draft } of sources) check(draft.name.length > 0, 'A source has no name.');
  const names = new Set(sources.map(({ draft }) => draft.name.toLowerCase()));
  check(names.size === sources.length, 'Two sources have one name.');
}
