import { zonedIso } from '../../containers/bext.ts';

/** One row of an exported table. Instants are ms since 1970 UTC. */
export interface TableRow {
  readonly sourceName: string;
  readonly from: number;
  readonly to: number;
  /** Minutes east of UTC at the place of recording. */
  readonly offsetMinutes: number;
  readonly peakDb: number;
  readonly floorDb: number;
  readonly score: number;
  readonly verdict: string;
  readonly label: string;
  readonly note: string;
  /** Name of the recording's file. */
  readonly file: string;
  /** From the start of that file, s. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

const COLUMNS = [
  'source',
  'start',
  'end',
  'seconds',
  'peak dBFS',
  'noise floor dBFS',
  'above floor dB',
  'verdict',
  'label',
  'note',
  'file',
  'start in file s',
  'end in file s',
] as const;

/** A spreadsheet would run a cell that begins like this. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180, UTF-8 with a byte order mark, so that spreadsheets take it for what it is. */
export function csvTable(rows: readonly TableRow[]): string {
  const lines = rows.map((row) =>
    [
      text(row.sourceName),
      zonedIso({ startedAt: row.from, offsetMinutes: row.offsetMinutes }),
      zonedIso({ startedAt: row.to, offsetMinutes: row.offsetMinutes }),
      ((row.to - row.from) / 1000).toFixed(1),
      row.peakDb.toFixed(1),
      row.floorDb.toFixed(1),
      row.score.toFixed(1),
      row.verdict,
      text(row.label),
      text(row.note),
      text(row.file),
      row.fromSeconds.toFixed(1),
      row.toSeconds.toFixed(1),
    ].join(','),
  );
  return `\ufeff${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

/** A label over a file; times in s from its start. */
export interface AudioLabel {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Label track of Audacity: start, end and text, by tabs. */
export function audacityLabels(labels: readonly AudioLabel[]): string {
  return labels
    .map(({ from, to, text: words }) => {
      const times = [from, to].map((seconds) => seconds.toFixed(6));
      return `${times.join('\t')}\t${words.replaceAll(/[\p{Cc}]+/gu, ' ')}\n`;
    })
    .join('');
}

/** What a section is called where it is only named. */
export function sectionLabel({
  label = '',
  score,
  sourceName,
}: {
  readonly label?: string | undefined;
  readonly score: number;
  readonly sourceName: string;
}): string {
  return label === '' ? `${sourceName} +${score.toFixed(1)} dB` : label;
}

function text(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
