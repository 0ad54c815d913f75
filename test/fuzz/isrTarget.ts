import { readIsrConfig } from '../../src/engine/studio/isr/isrConfig.ts';
import { decodeText } from '../../src/shared/decodeText.ts';
import type { Target } from './targets.ts';

const FILES = [
  '[general]\noutput_directory = rec\nsplit_minutes = 30\nfilename_pattern = %Y/%m/%d_%H%M%S\n[Radio]\ntype = stream\n' +
    'url = http://a:b@127.0.0.1:8000/live\nformat = auto\n',
  '\uFEFF[DEFAULT]\r\nmax_retries: 3\r\n[Mic]\r\ntype: soundcard\r\ndevice: hw:1,0\r\n  more\r\n; note\r\nchannels = 1\r\n',
  '[a]\n[b]\ntype = soundcard\nfilename_pattern = %%H{x}\nsample_rate = 96000\nformat = flac\n',
];

/** A configuration that a person chose. */
export const isrTarget: Target = {
  name: 'isr',
  corpus: FILES.map((text) => new TextEncoder().encode(text)),
  read: (input) => {
    const text = decodeText(input);
    const lines = text.split(/\r\n|\n|\r/).length;
    const { sources, problems } = readIsrConfig(text);
    for (const { line, message } of [...problems, ...sources.map((source) => ({ ...source, message: 'source' }))]) {
      if (!(line >= 1 && line <= lines)) throw new Error(`Line ${line} of ${lines}: ${message}`);
    }
    const names = new Set(sources.map(({ draft }) => draft.name.toLowerCase()));
    if (names.size !== sources.length) throw new Error('Two sources have one name.');
  },
};
