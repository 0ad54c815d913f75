import { createAdtsParser } from '../../src/engine/containers/adts.ts';
import { readBext, startOf } from '../../src/engine/containers/bext.ts';
import type { Block } from '../../src/engine/containers/block.ts';
import { FlacParser } from '../../src/engine/containers/flac/flacParser.ts';
import type { FrameParser } from '../../src/engine/containers/frameParser.ts';
import { IcyRemover } from '../../src/engine/containers/icy.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from '../../src/engine/containers/id3.ts';
import { createMpegAudioParser } from '../../src/engine/containers/mpegAudio.ts';
import { OggParser } from '../../src/engine/containers/ogg/oggParser.ts';
import { promisedBy, sniff } from '../../src/engine/containers/sniff.ts';
import type { FlushedParts, ParsedParts } from '../../src/engine/containers/streamPart.ts';
import { readComments } from '../../src/engine/containers/vorbisComment.ts';
import { scanWavHeader } from '../../src/engine/containers/wavReader.ts';
import { MOST_ENTRIES, readPlaylist } from '../../src/engine/capture/stream/playlist.ts';
import { parseLedgerLine } from '../../src/engine/library/ledgerReader.ts';
import { LongtakeError } from '../../src/shared/errors.ts';
import { check } from './check.ts';
import type { Corpus } from './corpus.ts';
import { httpTarget } from './httpTarget.ts';
import { isrTarget } from './isrTarget.ts';
import { type Dice, pieces } from './mutate.ts';
import { rewriteFlac, rewriteOgg } from './rewriting.ts';
import { sliceTargets } from './sliceTargets.ts';

/** A reader of bytes that anybody may have sent. */
export interface Target {
  readonly name: string;
  readonly corpus: readonly Uint8Array[];
  /** Reads one input; throws when something is wrong with what it made of it. */
  read(input: Uint8Array, dice: Dice): void | Promise<void>;
  /** A reader that takes input for ever; absent where there is no such thing. */
  readonly endless?: () => (bytes: Uint8Array) => void;
}

export function makeTargets(corpus: Corpus): readonly Target[] {
  return [
    framesTarget('mp3', corpus.mp3, createMpegAudioParser),
    framesTarget('adts', corpus.adts, createAdtsParser),
    partsTarget('ogg', corpus.ogg, () => new OggParser()),
    partsTarget('flac', corpus.flac, () => new FlacParser()),
    { name: 'ogg-files', corpus: corpus.ogg, read: rewriteOgg },
    { name: 'flac-files', corpus: corpus.flac, read: rewriteFlac },
    { name: 'wav', corpus: corpus.wav, read: readWav },
    { name: 'bext', corpus: corpus.wav.map((file) => file.subarray(48, 700)), read: readBroadcastInfo },
    { name: 'icy', corpus: corpus.icy, read: readIcy, endless: () => endlessly(new IcyRemover(100)) },
    { name: 'comments', corpus: corpus.ogg.map((file) => file.subarray(60, 400)), read: readTags },
    isrTarget(corpus.ini),
    { name: 'sniff', corpus: Object.values(corpus).flat(), read: readKind },
    { name: 'playlist', corpus: corpus.text, read: readList },
    { name: 'ledger', corpus: corpus.ledger, read: readLedger },
    ...sliceTargets(corpus),
    httpTarget,
  ];
}

function checkCount(count: number, what: string): void {
  check(Number.isSafeInteger(count) && count >= 0, `${what} is ${count}.`);
}

function checkBlock({ bytes, samples, frames = [] }: Block): void {
  checkCount(samples, 'A number of sample frames');
  check(frames.length > 0, 'A block has no frames.');
  let inFrames = 0;
  let samplesInFrames = 0;
  for (const frame of frames) {
    check(frame.bytes > 0, 'A frame is empty.');
    checkCount(frame.samples, 'The length of a frame');
    inFrames += frame.bytes;
    samplesInFrames += frame.samples;
  }
  check(inFrames === bytes.length, 'The frames of a block do not make up its bytes.');
  check(samplesInFrames === samples, 'The frames of a block do not make up its samples.');
}

/** Frames that follow each other without anything between: every byte is a frame's, skipped, or cut short. */
function framesTarget(name: string, corpus: readonly Uint8Array[], create: () => FrameParser): Target {
  return {
    name,
    corpus,
    read: (input, dice) => {
      const parser = create();
      let accounted = 0;
      let given = 0;
      for (const piece of pieces(input, dice)) {
        given += piece.length;
        const { block, skipped, changedTo } = parser.push(piece);
        if (block) checkBlock(block);
        accounted += (block?.bytes.length ?? 0) + skipped;
        check(accounted <= given, 'More came out than went in.');
        if (changedTo) return;
      }
      const { block, skipped, trailing } = parser.flush();
      if (block) checkBlock(block);
      accounted += (block?.bytes.length ?? 0) + skipped + trailing;
      check(accounted === input.length, `Of ${input.length} bytes ${accounted} are accounted for.`);
    },
    endless: () => {
      let parser = create();
      return (bytes) => {
        if (parser.push(bytes).changedTo) parser = create();
      };
    },
  };
}

interface PartParser {
  push(bytes: Uint8Array): ParsedParts<unknown>;
  flush(): FlushedParts<unknown>;
}

function partsTarget(name: string, corpus: readonly Uint8Array[], create: () => PartParser): Target {
  return {
    name,
    corpus,
    read: (input, dice) => {
      const parser = create();
      let begun = false;
      let out = 0;
      const take = ({ parts: found, skipped }: ParsedParts<unknown>): void => {
        checkCount(skipped, 'A number of skipped bytes');
        out += skipped;
        for (const part of found) {
          if (part.kind === 'headers') begun = true;
          else if (part.kind === 'hole') checkCount(part.samples, 'The length of a hole');
          else {
            check(begun, 'Audio came before its headers.');
            checkBlock(part.block);
            out += part.block.bytes.length;
          }
        }
      };
      for (const piece of pieces(input, dice)) take(parser.push(piece));
      const end = parser.flush();
      take(end);
      checkCount(end.trailing, 'A number of trailing bytes');
      check(out + end.trailing <= input.length, 'More came out than went in.');
    },
    endless: () => {
      const parser = create();
      return (bytes) => void parser.push(bytes);
    },
  };
}

/** A refusal is an answer; any other error is a fault. */
function orRefusal(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof LongtakeError) || error.code !== 'DAMAGED') throw error;
  }
}

function readWav(input: Uint8Array): void {
  orRefusal(() => {
    const header = scanWavHeader(input);
    if ('need' in header) {
      check(header.need > input.length, 'More bytes are asked for than are needed.');
      return;
    }
    check(header.dataOffset <= input.length, 'The samples begin behind the bytes that were read.');
    check(header.sampleRate > 0 && header.channels > 0 && header.frameBytes > 0, 'The format makes no sense.');
  });
}

function readBroadcastInfo(input: Uint8Array): void {
  const info = readBext(input);
  const start = info && startOf(info, 48_000);
  if (start)
    check(Number.isFinite(start.startedAt) && Number.isFinite(start.offsetMinutes), 'The start is no instant.');
}

function readIcy(input: Uint8Array, dice: Dice): void {
  const remover = new IcyRemover(1 + dice.below(200));
  let audio = 0;
  for (const piece of pieces(input, dice)) {
    const { audio: found, titles } = remover.push(piece);
    audio += found.reduce((sum, { length }) => sum + length, 0);
    for (const { text } of titles) check(text.length > 0 && text.length <= 500, 'A title is empty or too long.');
  }
  check(audio <= input.length, 'More came out than went in.');
}

function endlessly(remover: IcyRemover): (bytes: Uint8Array) => void {
  return (bytes) => void remover.push(bytes);
}

function readTags(input: Uint8Array): void {
  const { fields } = readComments(input);
  check(fields.length <= 1000, 'There are too many fields.');
  for (const [name] of fields) check(!name.includes('='), 'The name of a field has an equals sign.');
}

const EXPECTED = ['mp3', 'adts', undefined] as const;

function readKind(input: Uint8Array, dice: Dice): void {
  sniff(input, dice.pick(EXPECTED));
  promisedBy(Buffer.from(input.subarray(0, 40)).toString('latin1'));
  if (input.length >= ID3V2_HEADER_BYTES) checkCount(tagBytes(input, 0), 'The length of a tag');
}

const BASE = new URL('http://127.0.0.1:8000/list.m3u');
const PROMISED = ['m3u', 'pls', 'xspf', undefined] as const;

function readList(input: Uint8Array, dice: Dice): void {
  const list = readPlaylist(input, BASE, dice.pick(PROMISED));
  if (!list || !('entries' in list)) return;
  check(list.entries.length <= MOST_ENTRIES, 'There are too many entries.');
  for (const { protocol } of list.entries) check(/^https?:$/.test(protocol), `An entry is of ${protocol}.`);
}

function readLedger(input: Uint8Array): void {
  const entry = parseLedgerLine(Buffer.from(input).toString('utf8'));
  if (entry?.type === 'gap') check(Number.isFinite(entry.gap.from), 'A gap begins at no instant.');
}
