import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IsrConfig, problemText, readIsrConfig } from './isrConfig.ts';

const STREAM = 'type = stream\nurl = http://radio.example/live\n';

const told = ({ problems }: IsrConfig): string[] =>
  problems.map((problem) => `${problem.kind} ${problemText('config.ini', problem)}`);
const patterns = ({ sources }: IsrConfig): (string | undefined)[] => sources.map(({ draft }) => draft.filenamePattern);

describe('readIsrConfig', () => {
  it('takes the defaults of ISR', () => {
    const config = readIsrConfig(`[radio]\n${STREAM}[mic]\ntype = soundcard\n`);
    expect(told(config)).toEqual([]);
    expect(config).toMatchObject({ outputDirectory: 'recordings', logLevel: 'INFO', logFile: 'recorder.log' });
    const plan = { outputDirectory: 'recordings', maxRetries: 10, retryDelaySeconds: 5 };
    const names = { splitSeconds: 3600, filenamePattern: '%Y%m%d_%H%M%S' };
    expect(config.sources).toMatchObject([
      {
        ...plan,
        draft: {
          ...names,
          name: 'radio',
          kind: 'stream',
          url: 'http://radio.example/live',
          username: '',
          format: 'auto',
        },
      },
      {
        ...plan,
        draft: { ...names, name: 'mic', kind: 'soundcard', device: 'default', sampleRate: 44_100, channels: 2 },
      },
    ]);
  });

  it('lets every source inherit every key, and override it', () => {
    const general = '[general]\noutput_directory = out\nsplit_minutes = 30\nfilename_pattern = %Y/%m/%d/%H\n';
    const more = 'max_retries = 3\nretry_delay_seconds = 0.5\nusername = me\ntype = stream\n';
    const own = 'output_directory = /mnt/b\nsplit_minutes = 15\nfilename_pattern = b/%H%M\nmax_retries = 0\n';
    const config = readIsrConfig(
      `${general}${more}[a]\nurl = http://a/\n[b]\nurl = http://b/\n${own}retry_delay_seconds = 60\nusername = you\n`,
    );
    expect(told(config)).toEqual([]);
    expect(config.sources).toMatchObject([
      {
        outputDirectory: 'out',
        maxRetries: 3,
        retryDelaySeconds: 0.5,
        draft: { splitSeconds: 1800, filenamePattern: '%Y/%m/%d/%H', username: 'me' },
      },
      {
        outputDirectory: '/mnt/b',
        maxRetries: 0,
        retryDelaySeconds: 60,
        draft: { splitSeconds: 900, filenamePattern: 'b/%H%M', username: 'you' },
      },
    ]);
  });

  it('prefers a source, then DEFAULT, then general', () => {
    const text = `[DEFAULT]\nsplit_minutes = 20\n[general]\nsplit_minutes = 30\n[a]\n${STREAM}[b]\n${STREAM}split_minutes = 5\n`;
    expect(readIsrConfig(text).sources.map(({ draft }) => draft.splitSeconds)).toEqual([1200, 300]);
  });

  it('keeps a password apart from the address', () => {
    const { sources } = readIsrConfig('[a]\ntype = stream\nurl = https://me:p%40ss@host/live?x=1\n');
    expect(sources[0]?.draft).toMatchObject({ url: 'https://host/live?x=1', username: 'me', password: 'p@ss' });
  });

  it('makes names distinct where two sources would make the same file', () => {
    const text = `[a]\n${STREAM}[b]\n${STREAM}[c]\n${STREAM}format = mp3\nfilename_pattern = c/%H\n[d]\ntype = soundcard\n`;
    const config = readIsrConfig(text);
    expect(patterns(config)).toEqual(['%Y%m%d_%H%M%S', '%Y%m%d_%H%M%S_{source}', 'c/%H', '%Y%m%d_%H%M%S']);
    expect(told(config)).toEqual([
      expect.stringMatching(/^note config.ini:4: \[b\] filename_pattern is that of another/),
    ]);
  });

  it('leaves equal patterns alone where nothing can clash', () => {
    const text = `[a]\n${STREAM}format = mp3\n[b]\n${STREAM}format = aac\n[c]\n${STREAM}output_directory = c\n`;
    expect(told(readIsrConfig(text))).toEqual([]);
  });

  it('gives sections that differ in letter case alone names of their own', () => {
    const { sources } = readIsrConfig(`[Radio]\n${STREAM}[radio]\n${STREAM}`);
    expect(sources.map(({ draft }) => draft.name)).toEqual(['Radio', 'radio 2']);
  });

  it('reads a pattern whose percent signs are doubled as if they were not', () => {
    expect(patterns(readIsrConfig(`[a]\n${STREAM}filename_pattern = %%Y/%%H%%M\n`))).toEqual(['%Y/%H%M']);
    expect(patterns(readIsrConfig(`[a]\n${STREAM}filename_pattern = 100%%_%H\n`))).toEqual(['100%%_%H']);
  });

  it.each([
    ['[a]\nurl = http://a/\n', 'error config.ini:1: [a] type is missing. Enter "type = stream"'],
    ['[a]\ntype = video\n', 'error config.ini:2: [a] type is "video". Enter one of: stream, soundcard.'],
    ['[a]\ntype = stream\n', 'error config.ini:1: [a] url is missing.'],
    ['[a]\ntype = stream\nurl = "http://a/"\n', 'error config.ini:3: [a] url cannot be used: Enter an address'],
    ['[a]\ntype = stream\nurl = ftp://a/\n', 'error config.ini:3: [a] url cannot be used'],
    [
      `[general]\nsplit_minutes = x\n[a]\n${STREAM}`,
      'error config.ini:2: [general] split_minutes is "x". Enter a whole',
    ],
    [`[a]\n${STREAM}split_minutes = 0\n`, 'error config.ini:4: [a] split_minutes is "0"'],
    [`[a]\n${STREAM}split_minutes = 30 ; half\n`, 'from 1 to 1440. A comment needs a line of its own.'],
    [`[a]\n${STREAM}max_retries = -1\n`, 'error config.ini:4: [a] max_retries is "-1"'],
    [`[a]\n${STREAM}filename_pattern =\n`, 'error config.ini:4: [a] filename_pattern cannot be used'],
    [`[a]\n${STREAM}filename_pattern = ../%Y\n`, 'error config.ini:4: [a] filename_pattern cannot be used'],
    [`[a]\n${STREAM}filename_pattern = %Q\n`, '"%Q" has no meaning'],
    [`[a]\n${STREAM}output_directory =\n`, 'error config.ini:4: [a] output_directory is empty'],
    [`[a]\n${STREAM}format = wav\n`, 'error config.ini:4: [a] format is "wav". Enter one of: auto, mp3, ogg'],
    ['[a]\ntype = soundcard\nchannels = two\n', 'error config.ini:3: [a] channels is "two"'],
    ['[general]\nlog_level = LOUD\n[a]\ntype = soundcard\n', 'error config.ini:2: [general] log_level is "LOUD"'],
    ['[a]\ntype = stream\nurl = http://a/\n  b\n', 'error config.ini:3: [a] url goes on in the lines below'],
    ['[general]\n', 'error config.ini:1: There is no source'],
    ['', 'error config.ini:1: There is no source'],
    [`[a]\n${STREAM}filenam_pattern = x\n`, 'note config.ini:4: [a] filenam_pattern is no key that ISR knows'],
    [`[a]\n${STREAM}device = hw:0\n`, 'note config.ini:4: [a] device is not used by a source of type stream'],
    [`[a]\n${STREAM}log_file = x\n`, 'note config.ini:4: [a] log_file is taken from [general] alone'],
    [`[general]\nspilt_minutes = 3\n[a]\n${STREAM}`, 'note config.ini:2: [general] spilt_minutes is no key'],
  ])('tells of %j', (text, expected) => {
    expect(told(readIsrConfig(text)).join('\n')).toContain(expected);
  });

  it('leaves out what cannot be recorded, says where, and keeps the others', () => {
    const config = readIsrConfig(
      `[slow]\ntype = soundcard\nsample_rate = 4000\n[mic]\ntype = soundcard\nformat = flac\n`,
    );
    expect(told(config)).toEqual([
      expect.stringMatching(/^unsupported config.ini:3: \[slow\] sample_rate = 4000 cannot be recorded/),
    ]);
    expect(config.sources.map(({ draft }) => draft)).toMatchObject([{ name: 'mic', container: 'flac' }]);
  });

  it('says once what is wrong in [general]', () => {
    const text = `[general]\nmax_retries = no\n[a]\n${STREAM}[b]\n${STREAM}filename_pattern = b\n`;
    expect(told(readIsrConfig(text))).toHaveLength(1);
  });

  it('takes General for general', () => {
    expect(readIsrConfig(`[General]\nsplit_minutes = 1\n[a]\n${STREAM}`).sources[0]?.draft.splitSeconds).toBe(60);
  });

  it('survives anything, and tells a line of the file', () => {
    const keys = fc.constantFrom(
      'type',
      'url',
      'format',
      'device',
      'channels',
      'filename_pattern',
      'split_minutes',
      'x',
    );
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom('stream', 'soundcard', '%Y', '{', '..', '1e9', '\u0000', 'http://a/'),
    );
    const line = fc.oneof(
      fc.tuple(keys, values).map(([key, value]) => `${key} = ${value}`),
      fc.string().map((name) => `[${name}]`),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const text = lines.join('\n');
        const count = text.split(/\r\n|\n|\r/).length;
        for (const problem of readIsrConfig(text).problems) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.line).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
