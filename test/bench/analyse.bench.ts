import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEntry } from '../../scripts/testing/build-entry.mjs';
import { HOUR_SECONDS, makeHour } from './support/hourOfAudio.ts';
import { detectMonth } from './support/monthOfLevels.ts';
import { spread, tellResult } from './support/result.ts';

const run = promisify(execFile);
const ROUNDS = 5;
const WINDOWS = HOUR_SECONDS * 10;
const MONTH_LIMIT_S = 1;
/** As anybody would write it. */
const NUMPY = `
import sys, numpy, soundfile
audio, rate = soundfile.read(sys.argv[1], dtype='float32', always_2d=True)
count = len(audio) * 10 // rate
windows = audio[: count * (rate // 10)].reshape(count, -1)
level = 20 * numpy.log10(numpy.maximum(numpy.sqrt(numpy.mean(windows**2, axis=1)), 1e-5))
print(len(level))
`;

interface Took {
  readonly wall: number;
  readonly cpu: number;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  await mkdir(join(folder, 'cache'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** s; of the program and all that it started. */
async function measure(...command: readonly string[]): Promise<Took> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null';
  const { stderr } = await run('bash', ['-c', script, 'bench', ...command], { maxBuffer: 2 ** 24 });
  const [wall = NaN, user = NaN, system = NaN] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wall, cpu: user + system };
}

async function hasNumpy(): Promise<boolean> {
  return run('/usr/bin/python3', ['-c', 'import numpy, soundfile']).then(
    () => true,
    () => false,
  );
}

const bareDecode = (path: string): readonly string[] => [
  'ffmpeg',
  '-v',
  'error',
  '-nostdin',
  '-i',
  path,
  '-f',
  'null',
  '-',
];

test('an hour of 44.1 kHz stereo: envelope, peaks and sections', async () => {
  const program = await buildEntry('analyseBench', 'test/bench/support/analyseProcess.ts');
  const files = await makeHour(folder);
  const ours = (path: string, container: string): readonly string[] => [
    process.execPath,
    program,
    path,
    container,
    join(folder, 'cache'),
  ];
  const peers: Record<string, { container: string; peers: Record<string, readonly string[]> }> = {
    wav: {
      container: 'wav',
      peers: {
        ffmpeg: bareDecode(files.wav),
        ...((await hasNumpy()) ? { numpy: ['/usr/bin/python3', '-c', NUMPY, files.wav] } : {}),
      },
    },
    flac: {
      container: 'flac',
      peers: { ffmpeg: bareDecode(files.flac), flac: ['flac', '-d', '-s', '-f', '-o', '/dev/null', files.flac] },
    },
    mp3: { container: 'mp3', peers: { ffmpeg: bareDecode(files.mp3) } },
    opus: { container: 'ogg', peers: { ffmpeg: bareDecode(files.opus) } },
  };
  const result: Record<string, unknown> = { bench: 'analyse', audioSeconds: HOUR_SECONDS, unit: 's' };
  for (const [name, { container, peers: others }] of Object.entries(peers)) {
    const path = files[name as keyof typeof files];
    // The file is in memory for everybody.
    await run('cat', [path], { encoding: 'buffer', maxBuffer: 2 ** 30 }).catch(() => undefined);
    const mine: Took[] = [];
    const theirs: Record<string, Took[]> = {};
    for (let round = 0; round < ROUNDS; round += 1) {
      mine.push(await measure(...ours(path, container)));
      for (const [peer, command] of Object.entries(others)) (theirs[peer] ??= []).push(await measure(...command));
    }
    result[name] = {
      wall: spread(mine.map(({ wall }) => wall)),
      cpu: spread(mine.map(({ cpu }) => cpu)),
      ...Object.fromEntries(
        Object.entries(theirs).map(([peer, took]) => [
          peer,
          {
            wall: spread(took.map(({ wall }) => wall)),
            cpu: spread(took.map(({ cpu }) => cpu)),
            // How many times as long it takes; round by round.
            wallRatio: spread(took.map(({ wall }, round) => wall / (mine[round]?.wall ?? NaN))),
            cpuRatio: spread(took.map(({ cpu }, round) => cpu / (mine[round]?.cpu ?? NaN))),
          },
        ]),
      ),
    };
    const { stdout } = await run(process.execPath, ours(path, container).slice(1));
    expect(JSON.parse(stdout)).toMatchObject({ windows: WINDOWS });
  }
  await tellResult(result);
}, 1_200_000);

test('a month of one source is detected anew from its kept envelopes in under a second', async () => {
  const result = await detectMonth(join(folder, 'month'));
  await tellResult({ bench: 'analyse.month', unit: 's', ...result });
  expect(result.sections).toBeGreaterThan(1000);
  // Of main and analyst together: by the clock they work side by side.
  expect(result.cpu.median).toBeLessThan(MONTH_LIMIT_S);
}, 300_000);
