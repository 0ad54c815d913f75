import { adtsSyntax } from './adts.ts';
import { latin1 } from './bytes.ts';
import { FlacParser } from './flac/flacParser.ts';
import type { FrameSyntax } from './frameParser.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from './id3.ts';
import { mpegAudioSyntax } from './mpegAudio.ts';
import { sniffOgg } from './ogg/sniffOgg.ts';

/** Audio that streams bring and that is recorded. */
export type StreamKind = 'mp3' | 'adts' | 'ogg' | 'flac';

/** What bytes turn out to be. */
export type Sniffed =
  | { readonly kind: StreamKind | 'wav' }
  /** Audio that is not recorded yet, by its name for people. */
  | { readonly kind: 'unsupported'; readonly name: string }
  /** A list of addresses, not audio. */
  | { readonly kind: 'playlist'; readonly name: string }
  | { readonly kind: 'html' }
  | { readonly kind: 'text' };

/** Bytes from which a stream is always recognised when it is audio that we know: three of the longest frames. */
export const SNIFF_BYTES = 32 * 1024;

const CONFIRMING_HEADERS = 3;
/** Less than this is found in audio by chance. */
const SHORTEST_TEXT = 64;

/**
 * What the first bytes of a stream or file are; undefined when they don't tell (yet). Give it more, up to
 * {@link SNIFF_BYTES}, before giving up. `expected` settles the case of a stream that looks like both.
 */
export function sniff(bytes: Uint8Array, expected?: StreamKind): Sniffed | undefined {
  if (latin1(bytes, 0, 4) === 'OggS') return sniffOgg(bytes);
  return sniffMagic(bytes) ?? sniffCoded(bytes, expected) ?? sniffText(bytes);
}

function sniffCoded(bytes: Uint8Array, expected: StreamKind | undefined): Sniffed | undefined {
  const start = bytes.length >= ID3V2_HEADER_BYTES ? tagBytes(bytes, 0) : 0;
  // Programs that tag everything alike put ID3 before FLAC, too.
  if (latin1(bytes, start, start + 4) === 'fLaC') return { kind: 'flac' };
  // A frame of FLAC proves itself by its checks; the others are found in it by chance.
  if (expected === 'flac' && hasFlacFrames(bytes)) return { kind: 'flac' };
  const frames = sniffFrames(bytes, start, expected);
  return frames ?? (hasFlacFrames(bytes) ? { kind: 'flac' } : undefined);
}

/** Two frames at least: a stream of FLAC that is joined anywhere has no `fLaC`. */
function hasFlacFrames(bytes: Uint8Array): boolean {
  return new FlacParser().push(bytes).parts.some(({ kind }) => kind === 'block');
}

function sniffMagic(bytes: Uint8Array): Sniffed | undefined {
  const magic = latin1(bytes, 0, 4);
  if ((magic === 'RIFF' || magic === 'RF64' || magic === 'BW64') && latin1(bytes, 8, 12) === 'WAVE')
    return { kind: 'wav' };
  if (latin1(bytes, 4, 8) === 'ftyp') return { kind: 'unsupported', name: 'MP4' };
  if (magic === 'FLV\u0001') return { kind: 'unsupported', name: 'Flash video' };
  if (magic === '\u001aE\u00df\u00a3') return { kind: 'unsupported', name: 'WebM or Matroska' };
  if (magic === '0&\u00b2u') return { kind: 'unsupported', name: 'Windows Media' };
  if (bytes[0] === 0x47 && bytes[188] === 0x47 && bytes[376] === 0x47) {
    return { kind: 'unsupported', name: 'MPEG transport stream' };
  }
  return undefined;
}

function sniffFrames(bytes: Uint8Array, start: number, expected: StreamKind | undefined): Sniffed | undefined {
  const mp3 = firstFrame(bytes, start, mpegAudioSyntax);
  const adts = firstFrame(bytes, start, adtsSyntax);
  if (mp3 === undefined && adts === undefined) return undefined;
  if (expected === 'mp3' && mp3 !== undefined) return { kind: 'mp3' };
  if (expected === 'adts' && adts !== undefined) return { kind: 'adts' };
  return { kind: (mp3 ?? Infinity) <= (adts ?? Infinity) ? 'mp3' : 'adts' };
}

/** Where three consistent headers begin to follow each other. */
function firstFrame(bytes: Uint8Array, start: number, syntax: FrameSyntax): number | undefined {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (hasFrames(bytes, at, syntax)) return at;
  }
  return undefined;
}

function hasFrames(bytes: Uint8Array, start: number, syntax: FrameSyntax): boolean {
  let at = start;
  let key: number | undefined;
  for (let count = 0; count < CONFIRMING_HEADERS; count += 1) {
    if (at + syntax.headerBytes > bytes.length) return false;
    const header = syntax.read(bytes, at);
    if (!header || (key !== undefined && header.key !== key)) return false;
    key = header.key;
    at += header.bytes;
  }
  return true;
}

function sniffText(bytes: Uint8Array): Sniffed | undefined {
  const text = latin1(bytes, 0, 1024)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (/^<(?:!doctype html|html|head|body|!--)/i.test(text)) return { kind: 'html' };
  if (/^#EXTM3U/i.test(text)) return { kind: 'playlist', name: /#EXT-X-/.test(text) ? 'HLS playlist' : 'M3U playlist' };
  if (/^\[playlist\]/i.test(text)) return { kind: 'playlist', name: 'PLS playlist' };
  if (/^(?:<\?xml[^>]*>\s*)?<playlist\b/i.test(text)) return { kind: 'playlist', name: 'XSPF playlist' };
  if (/^https?:\/\/\S+\s*$/im.test(text) && isText(text)) return { kind: 'playlist', name: 'M3U playlist' };
  return text.length >= SHORTEST_TEXT && isText(text) ? { kind: 'text' } : undefined;
}

function isText(text: string): boolean {
  return /^[\t\n\r\u0020-\u007e]*$/.test(text);
}

/** What a Content-Type promises. */
export type Promised = StreamKind | 'other audio' | 'no audio' | 'unknown';

const CONTENT_TYPES: Readonly<Record<string, Promised>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/mpeg3': 'mp3',
  'audio/x-mp3': 'mp3',
  'audio/x-mpeg': 'mp3',
  'audio/mpg': 'mp3',
  'audio/aac': 'adts',
  'audio/aacp': 'adts',
  'audio/x-aac': 'adts',
  'audio/x-aacp': 'adts',
  'audio/x-hx-aac-adts': 'adts',
  'audio/vnd.dlna.adts': 'adts',
  'audio/ogg': 'ogg',
  'audio/x-ogg': 'ogg',
  'application/ogg': 'ogg',
  'application/x-ogg': 'ogg',
  'video/ogg': 'ogg',
  'audio/opus': 'ogg',
  'audio/x-opus': 'ogg',
  'audio/x-opus+ogg': 'ogg',
  'audio/vorbis': 'ogg',
  'audio/x-vorbis': 'ogg',
  'audio/x-vorbis+ogg': 'ogg',
  'audio/x-flac+ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/x-flac': 'flac',
  'text/html': 'no audio',
  'text/plain': 'no audio',
  'text/xml': 'no audio',
  'application/json': 'no audio',
  'application/xhtml+xml': 'no audio',
};

/** What the value of a Content-Type header promises; its parameters don't matter. The bytes have the last word. */
export function promisedBy(contentType: string | undefined): Promised {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const known = Object.hasOwn(CONTENT_TYPES, type) ? CONTENT_TYPES[type] : undefined;
  return known ?? (type.startsWith('audio/') ? 'other audio' : 'unknown');
}
