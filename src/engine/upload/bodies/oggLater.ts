import { concat } from '../../containers/bytes.ts';
import type { OggHeaders } from '../../containers/ogg/oggCodec.ts';
import { opusDuration } from '../../containers/ogg/opusPacket.ts';
import { OggParser } from '../../containers/ogg/oggParser.ts';
import { type OggPage, pageLength, readPage, writePage } from '../../containers/ogg/page.ts';
import type { FileWindow } from './fileWindow.ts';
import { pagesFrom } from './oggPages.ts';

/** What the pages of a file are counted from that goes on in a later part. */
export interface LaterPart {
  /** Added to each number of a page. */
  readonly sequenceShift: number;
  /** Sample frames, taken from each position. */
  readonly granuleShift: number;
  /** Opus: sample frames of its first page, which are decoded and not played. */
  readonly preSkip: number | undefined;
}

const PRE_SKIP_AT = 10;
const MOST_PRE_SKIP = 0xffff;
const SEQUENCES = 2 ** 32;

/** `from`: the start of a page on which a packet begins. Undefined when that page is not there as a whole. */
export async function openLaterPart(
  window: FileWindow,
  from: number,
  head: Uint8Array,
  headers: OggHeaders,
): Promise<LaterPart | undefined> {
  for await (const { at, page } of pagesFrom(window, from)) {
    if (at !== from) return undefined;
    const samples = headers.codec === 'opus' ? opusSamples(page) : parsedSamples(head, page);
    return {
      sequenceShift: countPages(head) - page.sequence,
      granuleShift: Math.max(0, (page.granule ?? samples) - samples),
      preSkip: headers.codec === 'opus' ? Math.min(MOST_PRE_SKIP, samples) : undefined,
    };
  }
  return undefined;
}

/** The pages of headers of a later part. */
export function laterHead({ preSkip }: LaterPart, head: Uint8Array): Uint8Array {
  const length = pageLength(head, 0) ?? 0;
  if (preSkip === undefined || length === 0) return Uint8Array.from(head);
  const page = readPage(head, 0);
  const [first = new Uint8Array(0)] = page.packets;
  const named = Uint8Array.from(first);
  new DataView(named.buffer).setUint16(PRE_SKIP_AT, preSkip, true);
  const rest = head.subarray(length);
  return concat([writePage({ ...page, packets: [named] }), rest], head.length);
}

/** A page of a later part; as long as it was. */
export function laterPage({ sequenceShift, granuleShift }: LaterPart, page: OggPage): Uint8Array {
  return writePage({
    ...page,
    sequence: (((page.sequence + sequenceShift) % SEQUENCES) + SEQUENCES) % SEQUENCES,
    granule: page.granule === undefined ? undefined : Math.max(0, page.granule - granuleShift),
  });
}

function countPages(head: Uint8Array): number {
  let count = 0;
  for (let at = 0, length = pageLength(head, at); length; at += length, length = pageLength(head, at)) count += 1;
  return count;
}

/** A packet that ends on a later page counts there. */
function opusSamples({ packets, endsWhole }: OggPage): number {
  const whole = endsWhole ? packets : packets.slice(0, -1);
  return whole.reduce((sum, packet) => sum + (opusDuration(packet) ?? 0), 0);
}

function parsedSamples(head: Uint8Array, page: OggPage): number {
  const parser = new OggParser();
  // It belongs to the headers right before it.
  parser.push(head);
  const next = laterPage(
    { sequenceShift: countPages(head) - page.sequence, granuleShift: 0, preSkip: undefined },
    page,
  );
  const parts = [...parser.push(next).parts, ...parser.flush().parts];
  return parts.reduce((sum, part) => sum + (part.kind === 'block' ? part.block.samples : 0), 0);
}
