import { describe, expect, it } from 'vitest';
import { audacityLabels, csvTable, sectionLabel, type TableRow } from './tables.ts';

const row: TableRow = {
  sourceName: 'Hut, north',
  from: Date.UTC(2026, 10, 21, 13, 2, 11, 400),
  to: Date.UTC(2026, 10, 21, 13, 2, 13, 900),
  offsetMinutes: 60,
  peakDb: -12.34,
  floorDb: -48,
  score: 35.66,
  verdict: 'star',
  label: '=1+1',
  note: 'owl "close"\nagain',
  file: 'a.wav',
  fromSeconds: 131.4,
  toSeconds: 133.9,
};

describe('an exported table', () => {
  it('quotes what would break a line, and disarms what a spreadsheet would run', () => {
    const [head, ...rest] = csvTable([row]).slice(1).split('\r\n');
    expect(head).toContain('source,start,end,seconds');
    expect(rest.join('\r\n')).toBe(
      `"Hut, north",2026-11-21T14:02:11.400+01:00,2026-11-21T14:02:13.900+01:00,2.5,-12.3,-48.0,35.7,star,'=1+1,` +
        `"owl ""close""\nagain",a.wav,131.4,133.9\r\n`,
    );
  });

  it('is a label track of Audacity', () => {
    const labels = [row, { ...row, label: '', fromSeconds: 140, toSeconds: 141.5 }].map((one) => ({
      from: one.fromSeconds,
      to: one.toSeconds,
      text: sectionLabel(one),
    }));
    expect(audacityLabels([...labels, { from: 0, to: 1, text: 'a\tb\nc' }])).toBe(
      '131.400000\t133.900000\t=1+1\n140.000000\t141.500000\tHut, north +35.7 dB\n0.000000\t1.000000\ta b c\n',
    );
  });
});
