/** One cue sheet: what plays in one audio file. */
export interface CueSheet {
  /** Name of the audio file, without folders. */
  readonly fileName: string;
  readonly fileType: 'MP3' | 'WAVE';
  readonly sourceName: string;
  /** ISO 8601 with zone. */
  readonly startedAt: string;
  /** Identity of the recording. */
  readonly recordingId: string;
  readonly sampleRate: number;
  /** In order of `position`, sample frames from the start of the file. */
  readonly titles: readonly { readonly text: string; readonly position: number }[];
}

/** A second has so many frames in a cue sheet. */
const FRAMES_PER_SECOND = 75;
/** Readers refuse a sheet with a track beyond this one; what follows is kept as remarks. */
const MOST_TRACKS = 99;
/** Begins the line that tells whose sheet it is. */
const ID_LINE = 'REM LONGTAKE-RECORDING ';

interface Track {
  readonly text: string;
  readonly frame: number;
}

/** The text of a cue sheet, UTF-8, one line each with a line feed. */
export function cueSheet(sheet: CueSheet): string {
  const lines = [
    `${ID_LINE}${sheet.recordingId}`,
    `REM SOURCE ${quoted(sheet.sourceName)}`,
    `REM START ${sheet.startedAt}`,
    `TITLE ${quoted(`${sheet.sourceName} ${sheet.startedAt}`)}`,
    `FILE ${quoted(sheet.fileName)} ${sheet.fileType}`,
    ...tracksAndRemarks(tracksOf(sheet)),
  ];
  return `${lines.join('\n')}\n`;
}

/** A sheet for one file of several pieces; `seconds` is where each begins in it, ascending from 0. */
export function reelSheet(reel: {
  readonly title: string;
  /** Name of the audio file, without folders. */
  readonly fileName: string;
  readonly pieces: readonly { readonly title: string; readonly seconds: number }[];
}): string {
  const fileType = reel.fileName.endsWith('.mp3') ? 'MP3' : 'WAVE';
  const tracks = reel.pieces.map(({ title, seconds }) => ({
    text: title,
    frame: Math.floor(seconds * FRAMES_PER_SECOND),
  }));
  const lines = [
    `TITLE ${quoted(reel.title)}`,
    `FILE ${quoted(reel.fileName)} ${fileType}`,
    ...tracksAndRemarks(tracks),
  ];
  return `${lines.join('\n')}\n`;
}

function tracksAndRemarks(tracks: readonly Track[]): readonly string[] {
  return [
    ...tracks.slice(0, MOST_TRACKS).flatMap((track, index) => trackLines(track, index + 1)),
    ...tracks.slice(MOST_TRACKS).map(({ text, frame }) => `REM TITLE ${time(frame)} ${quoted(text)}`),
  ];
}

/** The recording that a text of {@link cueSheet} belongs to; undefined for a sheet of somebody else. */
export function cueRecordingId(text: string): string | undefined {
  const line = text.slice(0, 200).split('\n', 1)[0] ?? '';
  return line.startsWith(ID_LINE) ? line.slice(ID_LINE.length).trim() : undefined;
}

/** Two titles within one frame are one: the later. The audio before the first title has a track, too. */
function tracksOf({ titles, sampleRate, sourceName }: CueSheet): readonly Track[] {
  const byFrame = new Map<number, string>();
  for (const { text, position } of titles) {
    byFrame.set(sampleRate > 0 ? Math.floor((position * FRAMES_PER_SECOND) / sampleRate) : 0, text);
  }
  if (!byFrame.has(0)) byFrame.set(0, sourceName);
  return [...byFrame].map(([frame, text]) => ({ frame, text })).sort((one, other) => one.frame - other.frame);
}

function trackLines({ text, frame }: Track, number: number): readonly string[] {
  return [`  TRACK ${pad(number)} AUDIO`, `    TITLE ${quoted(text)}`, `    INDEX 01 ${time(frame)}`];
}

function time(frame: number): string {
  const seconds = Math.floor(frame / FRAMES_PER_SECOND);
  return [Math.floor(seconds / 60), seconds % 60, frame % FRAMES_PER_SECOND].map(pad).join(':');
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** There is no escape for a quotation mark, and a line ends where it ends. */
function quoted(text: string): string {
  const plain = text
    .replaceAll(/["\u201f\u201d\u201c]/g, "'")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim();
  return `"${plain}"`;
}
