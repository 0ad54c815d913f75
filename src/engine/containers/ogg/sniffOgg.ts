import { latin1 } from '../bytes.ts';
import { identifyCodec } from './oggCodec.ts';
import { pageLength, readPage } from './page.ts';

/** What the first packet of a logical stream that is not recorded begins with, and its name for people. */
const OTHERS = [
  ['Speex   ', 'Ogg Speex'],
  ['\u0080theora', 'Ogg Theora without an audio track'],
  ['PCM     ', 'Ogg PCM'],
  ['CELT    ', 'Ogg CELT'],
  ['OVP80', 'Ogg VP8 without an audio track'],
  ['BBCD\u0000', 'Ogg Dirac without an audio track'],
  ['CMML', 'Ogg CMML'],
  ['\u0080kate', 'Ogg Kate'],
] as const;

/** What an Ogg stream whose first page stands at 0 holds; undefined when more bytes are needed to tell. */
export function sniffOgg(
  bytes: Uint8Array,
): { readonly kind: 'ogg' } | { readonly kind: 'unsupported'; readonly name: string } | undefined {
  let name: string | undefined;
  // The streams that are played together begin with one page each, before anything else (RFC 3533 4.).
  for (let at = 0; ;) {
    const length = pageLength(bytes, at);
    if (length === undefined || at + length > bytes.length) return undefined;
    const page = length > 0 ? readPage(bytes, at) : undefined;
    if (!page?.isFirst) break;
    const [first = new Uint8Array(0)] = page.packets;
    if (identifyCodec(first.slice())) return { kind: 'ogg' };
    name ??= OTHERS.find(([magic]) => latin1(first, 0, magic.length) === magic)?.[1];
    at += length;
  }
  // Joined in the middle, and without its headers nothing can be decoded.
  return { kind: 'unsupported', name: name ?? 'Ogg without a known audio track' };
}
