/** What the broadcast extension of a WAV file says about its beginning (EBU Tech 3285, version 2). */
export interface BroadcastInfo {
  readonly description: string;
  readonly originator: string;
  readonly originatorReference: string;
  /** Local date, `YYYY-MM-DD`; empty when the file has none. */
  readonly date: string;
  /** Local time, `HH:MM:SS`; empty when the file has none. */
  readonly time: string;
  /** Sample frames since local midnight. */
  readonly timeReference: number;
  readonly codingHistory: string;
}

/** The instant at which a recording begins. */
export interface StartInstant {
  /** ms since 1970 UTC; may have a fraction. */
  readonly startedAt: number;
  /** Minutes east of UTC of local time at that instant. */
  readonly offsetMinutes: number;
}

const DESCRIPTION_BYTES = 256;
const ORIGINATOR_BYTES = 32;
const REFERENCE_BYTES = 32;
const FIXED_BYTES = 602;
const TIME_REFERENCE_AT = 338;
const VERSION_AT = 346;
const LOUDNESS_AT = 412;
const LOUDNESS_VALUES = 5;
/** Loudness that is not known (Tech 3285 2.3). */
const NOT_MEASURED = 0x7fff;
const LARGEST_HISTORY = 16 * 1024;
const DAY_MS = 86_400_000;

/** The payload of a `bext` chunk. Texts are UTF-8, cut to the size of their field between two characters. */
export function writeBext(
  start: StartInstant,
  sampleRate: number,
  texts: { readonly description: string; readonly codingHistory: string },
): Uint8Array {
  const local = start.startedAt + start.offsetMinutes * 60_000;
  const iso = new Date(Math.floor(local)).toISOString();
  const history = new TextEncoder().encode(texts.codingHistory);
  const bytes = new Uint8Array(FIXED_BYTES + history.length);
  const view = new DataView(bytes.buffer);
  putText(bytes, 0, DESCRIPTION_BYTES, texts.description);
  putText(bytes, 256, ORIGINATOR_BYTES, 'Longtake');
  putText(bytes, 288, REFERENCE_BYTES, zonedIso(start));
  putText(bytes, 320, 10, iso.slice(0, 10));
  putText(bytes, 330, 8, iso.slice(11, 19));
  const sinceMidnight = local - Math.floor(local / DAY_MS) * DAY_MS;
  view.setBigUint64(TIME_REFERENCE_AT, BigInt(Math.round((sinceMidnight * sampleRate) / 1000)), true);
  view.setUint16(VERSION_AT, 2, true);
  for (let index = 0; index < LOUDNESS_VALUES; index += 1) {
    view.setInt16(LOUDNESS_AT + 2 * index, NOT_MEASURED, true);
  }
  bytes.set(history, FIXED_BYTES);
  return bytes;
}

/** Reads the payload of a `bext` chunk of any version; undefined when it is too short to be one. */
export function readBext(bytes: Uint8Array): BroadcastInfo | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reference = view.getBigUint64(TIME_REFERENCE_AT, true);
  return {
    description: getText(bytes, 0, DESCRIPTION_BYTES),
    originator: getText(bytes, 256, ORIGINATOR_BYTES),
    originatorReference: getText(bytes, 288, REFERENCE_BYTES),
    date: dateText(getText(bytes, 320, 10)),
    time: timeText(getText(bytes, 330, 8)),
    timeReference: reference <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(reference) : 0,
    codingHistory: getText(bytes, FIXED_BYTES, Math.min(bytes.length - FIXED_BYTES, LARGEST_HISTORY)),
  };
}

/**
 * When the recording began, from what Longtake writes as the originator's reference; undefined for files of other
 * programs, whose local time has no zone.
 */
export function startOf(info: BroadcastInfo, sampleRate: number): StartInstant | undefined {
  const match = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}([+-])(\d{2}):(\d{2})$/.exec(info.originatorReference);
  const coarse = Date.parse(info.originatorReference);
  if (!match || Number.isNaN(coarse) || sampleRate <= 0) return undefined;
  const offsetMinutes = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
  const local = coarse + offsetMinutes * 60_000;
  const exact = Math.floor(local / DAY_MS) * DAY_MS + (info.timeReference * 1000) / sampleRate;
  // The reference counts samples and is finer, as long as the two agree.
  const startedAt = Math.abs(exact - local) <= 2 ? exact - offsetMinutes * 60_000 : coarse;
  return { startedAt, offsetMinutes };
}

/** ISO 8601 with milliseconds and zone, such as `2026-11-21T23:30:00.250+01:00`. */
export function zonedIso({ startedAt, offsetMinutes }: StartInstant): string {
  const local = new Date(Math.floor(startedAt) + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const distance = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
}

function putText(bytes: Uint8Array, at: number, size: number, text: string): void {
  new TextEncoder().encodeInto(text, bytes.subarray(at, at + size));
}

function getText(bytes: Uint8Array, at: number, size: number): string {
  const field = bytes.subarray(at, at + size);
  const end = field.indexOf(0);
  return new TextDecoder('utf-8').decode(end < 0 ? field : field.subarray(0, end));
}

function dateText(text: string): string {
  const match = /^(\d{4}).(\d{2}).(\d{2})$/s.exec(text);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : '';
}

function timeText(text: string): string {
  const match = /^(\d{2}).(\d{2}).(\d{2})$/s.exec(text);
  return match ? `${match[1]}:${match[2]}:${match[3]}` : '';
}
