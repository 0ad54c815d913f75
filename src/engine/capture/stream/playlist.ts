import { createRequire } from 'node:module';
import type * as xml from 'fast-xml-parser';
import type { PlaylistKind } from '../../../shared/domain/source.ts';
import { parseUrl } from '../../../shared/webAddress.ts';
import { latin1 } from '../../containers/bytes.ts';
import { decodeText } from '../../../shared/decodeText.ts';

/** What a playlist is read up to, bytes; longer ones are cut at their last whole line. */
export const MOST_PLAYLIST_BYTES = 256 * 1024;
/** Addresses that are taken from one playlist. */
export const MOST_ENTRIES = 50;
/** Longer lines are no addresses. */
const LONGEST_ENTRY = 2000;

/** What a text turned out to be. */
export type Playlist =
  /** `entries`: web addresses, absolute, each once, in order; at most {@link MOST_ENTRIES}. */
  | { readonly kind: PlaylistKind; readonly entries: readonly URL[] }
  /** Segments of one stream rather than addresses of streams (RFC 8216). */
  | { readonly kind: 'hls' }
  /** It begins like one and cannot be read. */
  | { readonly kind: 'broken'; readonly name: 'XSPF' };

const TYPES: Readonly<Record<string, PlaylistKind>> = {
  'audio/x-mpegurl': 'm3u',
  'audio/mpegurl': 'm3u',
  'application/x-mpegurl': 'm3u',
  'application/mpegurl': 'm3u',
  'application/vnd.apple.mpegurl': 'm3u',
  'application/vnd.apple.mpegurl.audio': 'm3u',
  'audio/x-scpls': 'pls',
  'audio/scpls': 'pls',
  'application/pls': 'pls',
  'application/pls+xml': 'pls',
  'application/xspf+xml': 'xspf',
};

const EXTENSIONS: Readonly<Record<string, PlaylistKind>> = { m3u: 'm3u', m3u8: 'm3u', pls: 'pls', xspf: 'xspf' };

/** What the Content-Type, else the ending of the address, promises; undefined when neither speaks of a playlist. */
export function promisedPlaylist(contentType: string | undefined, url: URL): PlaylistKind | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(TYPES, type)) return TYPES[type];
  const ending = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(EXTENSIONS, ending) ? EXTENSIONS[ending] : undefined;
}

/** Of so many first bytes it can be told whether they are a text of wide characters. */
export const WIDE_MARK_BYTES = 4;

/** Whether a text of UTF-16 begins so. */
export function isWideText(bytes: Uint8Array): boolean {
  return wideOrder(bytes) !== undefined;
}

/** Whether bytes hold what no text of other encodings does. Audio shows such within its first bytes. */
export function hasControls(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && !isBlank(byte));
}

/**
 * Reads a whole text as a playlist; undefined when it is none. What the text says goes before `promised`. Entries that
 * are relative are resolved against `base`.
 */
export function readPlaylist(bytes: Uint8Array, base: URL, promised: PlaylistKind | undefined): Playlist | undefined {
  const cut = bytes.length > MOST_PLAYLIST_BYTES;
  const text = textOf(bytes.subarray(0, MOST_PLAYLIST_BYTES)).trim();
  if (/^#EXT-X-/m.test(text)) return { kind: 'hls' };
  const kind = kindOf(text) ?? (isMarkup(text) && promised !== 'xspf' ? undefined : promised);
  switch (kind) {
    case undefined:
      return undefined;
    case 'm3u':
      return { kind, entries: addresses(m3uEntries(wholeLines(text, cut)), base) };
    case 'pls':
      return { kind, entries: addresses(plsEntries(wholeLines(text, cut)), base) };
    case 'xspf': {
      const found = cut ? undefined : xspfEntries(text);
      return found ? { kind, entries: addresses(found, base) } : { kind: 'broken', name: 'XSPF' };
    }
  }
}

function kindOf(text: string): PlaylistKind | undefined {
  if (/^#EXTM3U/i.test(text)) return 'm3u';
  if (/^\[playlist\]/i.test(text)) return 'pls';
  if (/^<(?:\w+:)?playlist[\s>]/i.test(rootOf(text))) return 'xspf';
  return /^(?:#[^\r\n]*[\r\n]+)*https?:\/\/\S+\s*(?:[\r\n]|$)/i.test(text) ? 'm3u' : undefined;
}

/** The text from its first element on. */
function rootOf(text: string): string {
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const closing = PROLOGUE.find(([opening]) => text.startsWith(opening, at))?.[1];
    if (closing === undefined) return text.slice(at, at + 100);
    const end = text.indexOf(closing, at);
    if (end < 0) return '';
    at = end + closing.length;
  }
}

/** What may stand before the first element, and what ends it (XML 1.0 2.8). */
const PROLOGUE = [
  ['<?', '?>'],
  ['<!--', '-->'],
  ['<!', '>'],
] as const;

const isMarkup = (text: string): boolean => text.startsWith('<');

function wholeLines(text: string, cut: boolean): readonly string[] {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return cut ? lines.slice(0, -1) : lines;
}

function* m3uEntries(lines: readonly string[]): Generator<string> {
  for (const line of lines) if (line !== '' && !line.startsWith('#')) yield line;
}

/** In the order of their numbers, which need not be that of the lines. */
function* plsEntries(lines: readonly string[]): Generator<string> {
  const numbered: { readonly number: number; readonly text: string }[] = [];
  for (const line of lines) {
    const entry = /^file(\d{1,9})\s*=\s*(.*)$/i.exec(line);
    if (entry?.[1] !== undefined && entry[2]) numbered.push({ number: Number(entry[1]), text: unquoted(entry[2]) });
  }
  yield* numbered.sort((one, other) => one.number - other.number).map(({ text }) => text);
}

const unquoted = (text: string): string => /^"(.*)"$/.exec(text)?.[1] ?? text;

/** Elements that matter are four deep; a bomb of a million is refused by the parser. */
const DEEPEST = 32;

/** Every `location` of a `track`, in order (XSPF 1 4.1.1.2.14.1.1.1); undefined when it is no well-formed XML. */
function xspfEntries(text: string): readonly string[] | undefined {
  // Nobody needs a document type in a playlist, and entities are what one is declared for.
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) return undefined;
  const { XMLParser } = loadXml();
  const parser = new XMLParser({
    ignoreAttributes: true,
    removeNSPrefix: true,
    processEntities: false,
    parseTagValue: false,
    maxNestedTags: DEEPEST,
    isArray: (name) => name === 'track' || name === 'location' || name === 'trackList',
  });
  let root: unknown;
  try {
    root = parser.parse(text);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
  return children(root, 'playlist')
    .flatMap((playlist) => children(playlist, 'trackList'))
    .flatMap((list) => children(list, 'track'))
    .flatMap((track) => children(track, 'location'))
    .filter((location) => typeof location === 'string')
    .map(withCharacters);
}

/** Loaded by the first playlist of this kind: a process that records needs it hardly ever. */
function loadXml(): typeof xml {
  return createRequire(import.meta.url)('fast-xml-parser') as typeof xml;
}

function children(parent: unknown, name: string): readonly unknown[] {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name)) return [];
  const found: unknown = Reflect.get(parent, name);
  return Array.isArray(found) ? found : [found];
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The characters that XML has a name for (XML 1.0 4.6), and those by number. */
function withCharacters(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (all, decimal, hex, name) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? all;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : all;
  });
}

function addresses(entries: Iterable<string>, base: URL): readonly URL[] {
  const found = new Map<string, URL>();
  for (const entry of entries) {
    if (found.size >= MOST_ENTRIES) break;
    const text = entry.trim();
    const url = text === '' || text.length > LONGEST_ENTRY ? undefined : parseUrl(text, base);
    if (!url) continue;
    url.hash = '';
    if (url.protocol === 'http:' || url.protocol === 'https:') found.set(url.href, url);
  }
  return [...found.values()];
}

/** UTF-16 where its mark, or the zeros in ASCII, tell; else UTF-8 where it is valid; else Windows-1252. */
function textOf(bytes: Uint8Array): string {
  const order = wideOrder(bytes);
  // A last byte may be half of a character.
  if (order) return new TextDecoder(order).decode(bytes.subarray(0, bytes.length & ~1));
  return decodeText(bytes).replace(/^(?:\ufeff|\u00ef\u00bb\u00bf)/, '');
}

function wideOrder(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const mark = latin1(bytes, 0, 2);
  if (mark === '\u00ff\u00fe') return isAsciiAt(bytes, 2) && bytes[3] === 0 ? 'utf-16le' : undefined;
  if (mark === '\u00fe\u00ff') return bytes[2] === 0 && isAsciiAt(bytes, 3) ? 'utf-16be' : undefined;
  if (isAsciiAt(bytes, 0) && bytes[1] === 0 && isAsciiAt(bytes, 2) && bytes[3] === 0) return 'utf-16le';
  return undefined;
}

function isAsciiAt(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at] ?? 0;
  return isBlank(byte) || (byte >= 0x20 && byte < 0x7f);
}

/** Tab, line feed, form feed, carriage return. */
function isBlank(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d;
}
