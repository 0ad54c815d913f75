import { concat } from '../../containers/bytes.ts';
import { type OggCodec, type OggHeaders, identifyCodec } from '../../containers/ogg/oggCodec.ts';
import type { OggPage } from '../../containers/ogg/page.ts';
import { LONGEST_PAGE, type PlacedPage, pagesFrom } from './pageReader.ts';
import { type ByteReader, type UnitRun, type Units, damaged, withoutBefore, withoutBehind } from './unitFile.ts';

/** From a page that is no further before the wanted one, pages are read one after the other. */
const NEAR_BYTES = 128 * 1024;
const GUESSES = 8;
/** More pages of headers than any file has. */
const MOST_HEADER_PAGES = 2000;
/** A longer packet is no audio. */
const LARGEST_PACKET = 4 * 1024 * 1024;

/** A page at whose end the position is known. */
interface Place {
  readonly at: number;
  /** Position behind the last packet that ends on it. */
  readonly position: number;
}

/** What stands before the audio. */
interface Beginning {
  readonly serial: number;
  readonly headers: OggHeaders;
  /** The first page of audio, and the position before its first packet. */
  readonly first: Place;
}

/**
 * The packets of an Ogg file with one stream of Vorbis, Opus or FLAC, found by bisection over the positions that its
 * pages state. The first packet of Vorbis has no samples: it only prepares the second. What the last page takes away
 * from its end is taken from the last packets.
 */
export class OggUnits implements Units {
  readonly container = 'ogg';
  readonly origin: number;
  readonly end: number;
  readonly headers: OggHeaders;
  readonly #reader: ByteReader;
  readonly #beginning: Beginning;

  private constructor(reader: ByteReader, beginning: Beginning, end: number) {
    this.#reader = reader;
    this.#beginning = beginning;
    this.headers = beginning.headers;
    this.origin = Math.max(0, beginning.first.position) + beginning.headers.preSkip;
    this.end = end;
  }

  /** Throws DAMAGED. */
  static async open(reader: ByteReader): Promise<OggUnits> {
    const beginning = await readBeginning(reader);
    return new OggUnits(reader, beginning, await findEnd(reader, beginning));
  }

  async *runs(from: number, to: number): AsyncGenerator<UnitRun> {
    if (from >= this.end) return;
    for await (const run of this.#packets(await this.#locate(from))) {
      const behind = withoutBefore(run, from);
      const within = behind && withoutBehind(behind, to);
      if (within) yield within;
      if (run.start + run.block.samples >= to) return;
    }
  }

  /** The first page, or one whose packets end before `position` and not far from it. */
  async #locate(position: number): Promise<Place> {
    const { first, serial } = this.#beginning;
    let low = first;
    let high: Place = { at: this.#reader.size, position: this.end };
    for (let step = 0; high.at - low.at > NEAR_BYTES; step += 1) {
      const bytesPerSample = (high.at - low.at) / Math.max(1, high.position - low.position);
      const distance = (position - low.position) * bytesPerSample;
      if (distance < NEAR_BYTES && step > 0 && step < GUESSES) break;
      const ahead = step < GUESSES ? distance - NEAR_BYTES / 2 : (high.at - low.at) / 2;
      const guess = Math.max(low.at + 1, Math.min(high.at - 1, low.at + Math.floor(ahead)));
      const place = await pageBehind(this.#reader, serial, guess, high.at);
      if (!place || place.position >= position) high = { position: place?.position ?? high.position, at: guess };
      else low = place;
    }
    return low;
  }

  /** Packets that end behind the place, in pages. */
  async *#packets(place: Place): AsyncGenerator<UnitRun> {
    const { first, serial } = this.#beginning;
    const isFirst = place.at === first.at;
    const stream = new PacketStream(readCodec(this.headers), isFirst ? place.position : undefined);
    for await (const { page } of pagesFrom(this.#reader, place.at, NEAR_BYTES)) {
      if (page.serial !== serial) {
        if (page.isFirst) return;
        continue;
      }
      const run = stream.take(page);
      if (run) yield run;
      if (page.isLast) return;
    }
  }
}

/** Counts the packets of pages that follow each other. */
class PacketStream {
  readonly #codec: OggCodec;
  readonly #isVorbis: boolean;
  /** Position behind the last packet; undefined until a page tells. */
  #position: number | undefined;
  #partial: Uint8Array[] = [];
  #partialBytes = 0;
  #sequence: number | undefined;

  constructor(codec: OggCodec, position: number | undefined) {
    this.#codec = codec;
    this.#isVorbis = codec.headers().codec === 'vorbis';
    this.#position = position;
  }

  /** The packets that end on the page; none as long as it is not known where they stand. */
  take(page: OggPage): UnitRun | undefined {
    const isNext = this.#sequence === undefined || this.#sequence === page.sequence;
    this.#sequence = (page.sequence + 1) % 2 ** 32;
    if (!isNext || !page.isContinued) this.#drop();
    const packets = this.#wholePackets(page);
    const timed: { bytes: Uint8Array; samples: number }[] = [];
    for (const bytes of packets) {
      const samples = this.#codec.duration(bytes);
      if (samples !== undefined) timed.push({ bytes, samples });
    }
    const total = timed.reduce((sum, { samples }) => sum + samples, 0);
    const start = isNext ? this.#position : undefined;
    // How long a packet of Vorbis is depends on the one before, so that one of them must be there.
    if (packets.length === 0 && (this.#position !== undefined || this.#isVorbis)) return undefined;
    if (start === undefined) {
      this.#position = page.granule ?? this.#position;
      return isNext || page.granule === undefined ? undefined : asRun(page.granule - total, timed);
    }
    const stated = page.granule ?? start + total;
    // The last page may say that it ends earlier than its packets do (RFC 7845 4.4, Vorbis I A.2).
    if (page.isLast && stated < start + total) trimEnd(timed, start + total - stated);
    // A page whose packets do not reach what it states lacks some before them.
    const lost = page.isLast ? 0 : stated - start - total;
    this.#position = page.isLast ? Math.min(stated, start + total) : stated;
    return asRun(Math.max(start, start + lost), timed);
  }

  #wholePackets(page: OggPage): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const [index, part] of page.packets.entries()) {
      const isContinued = index === 0 && page.isContinued;
      const ends = index < page.packets.length - 1 || page.endsWhole;
      const isOrphan = isContinued && this.#partial.length === 0;
      if (isOrphan) continue;
      if (!ends) {
        this.#partial.push(Uint8Array.from(part));
        this.#partialBytes += part.length;
        if (this.#partialBytes > LARGEST_PACKET) this.#drop();
      } else if (isContinued) {
        packets.push(concat([...this.#partial, part], this.#partialBytes + part.length));
        this.#drop();
      } else {
        packets.push(part);
      }
    }
    return packets;
  }

  #drop(): void {
    this.#partial = [];
    this.#partialBytes = 0;
  }
}

function asRun(start: number, timed: readonly { bytes: Uint8Array; samples: number }[]): UnitRun | undefined {
  if (timed.length === 0) return undefined;
  const bytes = concat(
    timed.map((packet) => packet.bytes),
    timed.reduce((sum, packet) => sum + packet.bytes.length, 0),
  );
  const frames = timed.map((packet) => ({ bytes: packet.bytes.length, samples: packet.samples }));
  return { start, block: { bytes, samples: frames.reduce((sum, { samples }) => sum + samples, 0), frames } };
}

function trimEnd(timed: { samples: number }[], count: number): void {
  let left = count;
  for (const packet of timed.toReversed()) {
    const taken = Math.min(left, packet.samples);
    packet.samples -= taken;
    left -= taken;
  }
}

/** A codec that has taken the headers, and knows how long packets are. */
function readCodec({ packets }: OggHeaders): OggCodec {
  const [first = new Uint8Array(0), ...others] = packets;
  const codec = identifyCodec(first);
  if (!codec) throw damaged('its codec is not known');
  for (const packet of others) codec.take(packet);
  return codec;
}

async function readBeginning(reader: ByteReader): Promise<Beginning> {
  let serial: number | undefined;
  let codec: OggCodec | undefined;
  let partial: Uint8Array[] = [];
  let count = 0;
  let isComplete = false;
  let begunOn: PlacedPage | undefined;
  for await (const placed of pagesFrom(reader, 0, LONGEST_PAGE)) {
    const { page } = placed;
    if ((count += 1) > MOST_HEADER_PAGES) break;
    if (page.isFirst && !codec) {
      const [first] = page.packets;
      codec = first && identifyCodec(Uint8Array.from(first));
      serial = codec ? page.serial : undefined;
      continue;
    }
    if (!codec || page.serial !== serial) continue;
    for (const [index, part] of page.packets.entries()) {
      const isContinued = index === 0 && page.isContinued;
      partial = isContinued ? [...partial, part] : [part];
      if (!isContinued) begunOn = placed;
      if (index === page.packets.length - 1 && !page.endsWhole) break;
      const packet = concat(
        partial,
        partial.reduce((sum, { length }) => sum + length, 0),
      );
      const taken = codec.take(packet);
      if (taken === 'invalid') throw damaged('its headers make no sense');
      isComplete = taken === 'audio';
      if (isComplete) break;
    }
    // Audio begins on a page of its own (RFC 7845 3., Vorbis I A.2, RFC 9639 10.1).
    if (isComplete && begunOn) {
      const headers = { ...codec.headers(), isJoined: false };
      return { serial: page.serial, headers, first: beginningOf(begunOn, headers) };
    }
  }
  throw damaged('there is none in this Ogg file');
}

/** Where the packets of the first page begin; a stream that was joined in the middle does not begin at 0. */
function beginningOf({ at, page }: PlacedPage, headers: OggHeaders): Place {
  const codec = readCodec(headers);
  const ending = page.endsWhole ? page.packets : page.packets.slice(0, -1);
  const total = ending.reduce((sum, packet) => sum + (codec.duration(packet) ?? 0), 0);
  // A stream that ends on its first page is cut at its end, not at its beginning.
  return { at, position: page.isLast ? 0 : (page.granule ?? total) - total };
}

/** The first page of the stream from `from` on, at whose end the position is known, when it begins before `limit`. */
async function pageBehind(reader: ByteReader, serial: number, from: number, limit: number): Promise<Place | undefined> {
  for await (const { at, page } of pagesFrom(reader, from, LONGEST_PAGE)) {
    if (at >= limit) return undefined;
    if (page.serial === serial && page.granule !== undefined) return { at, position: page.granule };
  }
  return undefined;
}

/** Position behind the last packet, by the last page that states one. */
async function findEnd(reader: ByteReader, { serial, first }: Beginning): Promise<number> {
  for (let length = 2 * LONGEST_PAGE; ; length *= 8) {
    const from = Math.max(first.at, reader.size - length);
    let end: number | undefined;
    for await (const { page } of pagesFrom(reader, from)) {
      if (page.serial === serial) end = page.granule ?? end;
      if (page.isFirst && page.serial !== serial && end !== undefined) break;
    }
    if (end !== undefined || from === first.at) return end ?? first.position;
  }
}
