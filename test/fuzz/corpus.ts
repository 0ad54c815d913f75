import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WavWriter } from '../../src/engine/containers/wav.ts';
import { tool, writeSignal } from '../support/codedAudio.ts';
import { makeGap, makeRecording } from '../support/makeRecording.ts';

/** Valid inputs that are damaged; small, so that a million of them are soon read. */
export type Corpus = Readonly<
  Record<'mp3' | 'adts' | 'ogg' | 'flac' | 'wav' | 'icy' | 'text' | 'ini' | 'ledger', readonly Uint8Array[]>
>;

/** Of a coded stream: its headers and some tenths of a second. */
const KEPT_BYTES = 6000;

const ffmpeg = (...args: string[]) => ['ffmpeg', '-v', 'error', '-nostdin', '-i', 'WAV', ...args, 'OUT'];
const recipes = {
  mp3: [ffmpeg('-b:a', '64k', '-f', 'mp3'), ffmpeg('-ar', '22050', '-ac', '1', '-q:a', '6', '-f', 'mp3')],
  adts: [ffmpeg('-c:a', 'aac', '-b:a', '64k', '-f', 'adts')],
  ogg: [
    ['oggenc', '-Q', '-q', '-1', 'WAV', '-o', 'OUT'],
    ['opusenc', '--quiet', '--bitrate', '24', 'WAV', 'OUT'],
    ['flac', '-s', '--ogg', 'WAV', '-o', 'OUT'],
  ],
  flac: [
    ['flac', '-s', '-b', '576', 'WAV', '-o', 'OUT'],
    ['flac', '-s', '-8', 'WAV', '-o', 'OUT'],
  ],
} as const;

export async function makeCorpus(): Promise<Corpus> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-corpus-'));
  try {
    const wav = join(folder, 'signal.wav');
    await writeSignal(wav, { rate: 16_000, channels: 1, duration: 1 });
    const made = async (kind: keyof typeof recipes): Promise<Uint8Array[]> =>
      Promise.all(
        recipes[kind].map(async ([program = '', ...args], index) => {
          const out = join(folder, `${kind}${index}.${kind}`);
          await tool(
            program,
            args.map((arg) => (arg === 'WAV' ? wav : arg === 'OUT' ? out : arg)),
          );
          return new Uint8Array(await readFile(out)).slice(0, KEPT_BYTES);
        }),
      );
    const [mp3, adts, ogg, flac] = [await made('mp3'), await made('adts'), await made('ogg'), await made('flac')];
    return {
      mp3,
      adts,
      ogg,
      flac,
      wav: wavFiles(),
      icy: [icyStream()],
      text: texts(),
      ini: configs(),
      ledger: ledgerLines(),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function wavFiles(): Uint8Array[] {
  const start = { startedAt: Date.UTC(2026, 0, 2, 3, 4, 5), offsetMinutes: 60, sourceName: 'Studio A' };
  const formats = [
    { sampleRate: 48_000, channels: 2, bitDepth: 16 },
    { sampleRate: 96_000, channels: 6, bitDepth: 24 },
    { sampleRate: 8000, channels: 1, bitDepth: 32, float: true },
  ] as const;
  return formats.flatMap((format) =>
    [0, 4800, 2 ** 33].map((dataBytes) => {
      const writer = new WavWriter(format, start);
      const header = writer.header();
      for (const patch of writer.patch(dataBytes)) header.set(patch.bytes, patch.offset);
      return Buffer.concat([header, Buffer.alloc(200, 0x33)]);
    }),
  );
}

/** 100 bytes of audio between the titles. */
function icyStream(): Uint8Array {
  const title = Buffer.from("StreamTitle='Någon - Sång';StreamUrl='';");
  const block = Buffer.alloc(16 * Math.ceil(title.length / 16));
  title.copy(block);
  const audio = Buffer.alloc(100, 0x55);
  return Buffer.concat([audio, Buffer.of(block.length / 16), block, audio, Buffer.of(0), audio]);
}

function texts(): Uint8Array[] {
  const encoder = new TextEncoder();
  return [
    '#EXTM3U\n#EXTINF:-1,Radio\nhttp://127.0.0.1:8000/live.mp3\n',
    '[playlist]\nFile1=http://127.0.0.1:8000/live\nTitle1=Radio\nNumberOfEntries=1\nVersion=2\n',
    '<?xml version="1.0"?><playlist version="1"><trackList><track><location>http://127.0.0.1/a</location></track></trackList></playlist>',
    '<!doctype html><html><body>404</body></html>',
  ].map((text) => encoder.encode(text));
}

function configs(): Uint8Array[] {
  const text = [
    '# Stations and cards',
    '[general]',
    'output_directory = recordings',
    'split_minutes: 30',
    'filename_pattern = %Y/%m/%d/%H%M%S',
    '',
    '[Radio 1]',
    'type = stream',
    'url = http://127.0.0.1:8000/live.mp3',
    '  ?quality=high',
    'format = auto',
    '[Studio A]',
    'type = soundcard',
    'device = hw:1,0',
    'sample_rate = 48000',
  ];
  return [Buffer.from(text.join('\n')), Buffer.from(text.join('\r\n'), 'latin1')];
}

function ledgerLines(): Uint8Array[] {
  const sourceId = '7f0c4b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d';
  const { root: _, ...recording } = makeRecording();
  const at = Date.UTC(2026, 0, 2);
  return [
    { type: 'armed', at, sourceId, sourceName: 'Radio 1' },
    { type: 'recording', at, recording },
    { type: 'gap', at, gap: makeGap() },
  ].map((entry) => Buffer.from(JSON.stringify(entry)));
}
