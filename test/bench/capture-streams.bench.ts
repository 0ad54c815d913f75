import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import { buildRecorderHost, RecordingStudio } from './support/longtake.ts';
import { runPeers } from './support/peers.ts';
import { type Cost, CostMeter } from './support/processCost.ts';
import { spread, tellResult } from './support/result.ts';
import { Stations } from './support/stations.ts';

const SECONDS = Number(process.env['LONGTAKE_BENCH_SECONDS'] ?? 60);
const ROUNDS = Number(process.env['LONGTAKE_BENCH_ROUNDS'] ?? 3);
const STREAMS = 32;
const GROWTH = [8, 16, 32, 64] as const;
/** Programs start and stop within this. */
const MARGIN_SECONDS = 45;

let folder: string;
let host: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  host = await buildRecorderHost();
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome extends Cost {
  readonly lostFrames: number;
  readonly recordedFrames: number;
}

/** A program that records one stream each, as many of them as there are streams. */
interface Peer {
  readonly name: string;
  start(url: string, folder: string): ChildProcess;
}

const peers: readonly Peer[] = [
  {
    name: 'ffmpeg',
    start: (url, to) => spawn('ffmpeg', ['-v', 'error', '-nostdin', '-i', url, '-c', 'copy', join(to, 'stream.mp3')]),
  },
  {
    name: 'streamripper',
    start: (url, to) => spawn('streamripper', [url, '-d', to, '-A', '-a', join(to, 'stream.mp3'), '--quiet']),
  },
];

async function runPeer(peer: Peer, stations: Stations, to: string): Promise<Outcome> {
  const children: ChildProcess[] = [];
  // One after another: this process plays the stations, too, and starting a program takes it some time.
  for (const [index, mount] of stations.mounts.entries()) {
    const own = join(to, `${index}`);
    await mkdir(own, { recursive: true });
    children.push(peer.start(stations.icecast.url(mount), own));
  }
  const cost = await runPeers(peer.name, children, SECONDS);
  return { ...cost, ...(await lossesIn(to, stations)) };
}

async function runLongtake(stations: Stations, seconds: number): Promise<{ all: Outcome; recorder: Cost }> {
  const sources = stations.mounts.map((mount): SourceDraft => ({
    kind: 'stream',
    name: mount.slice(1),
    url: stations.icecast.url(mount),
    username: '',
    format: 'auto',
  }));
  const studio = await RecordingStudio.start(host, { sources, splitSeconds: 3600, env: {} });
  const meters = { all: new CostMeter([studio.pid]), recorder: new CostMeter([studio.recorderPid]) };
  await sleep(seconds * 1000);
  const [all, recorder] = await Promise.all([meters.all.end(), meters.recorder.end()]);
  const to = await studio.stop();
  const losses = await lossesIn(to, stations);
  await rm(to, { recursive: true });
  return { all: { ...all, ...losses }, recorder };
}

/** Frames of all the files below a folder; the files of one stream lie in one folder. */
async function lossesIn(root: string, stations: Stations) {
  const sum = { lostFrames: 0, recordedFrames: 0 };
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.mp3')) continue;
    const { lost, frames } = stations.lostFrames(await readFile(join(entry.parentPath, entry.name)));
    sum.lostFrames += lost;
    sum.recordedFrames += frames;
  }
  return sum;
}

test(`${STREAMS} streams for ${SECONDS} s, by Longtake, ffmpeg and streamripper at the same time`, async () => {
  const names = ['longtake', 'recorder', ...peers.map(({ name }) => name)];
  const outcomes = new Map<string, (Cost & Partial<Outcome>)[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const stations = await Stations.start(STREAMS, SECONDS + MARGIN_SECONDS);
    const to = join(folder, `round${round}`);
    const [longtake, ...others] = await Promise.all([
      runLongtake(stations, SECONDS),
      ...peers.map((peer) => runPeer(peer, stations, join(to, peer.name))),
    ]);
    expect(longtake.all.lostFrames).toBe(0);
    expect(longtake.all.recordedFrames).toBeGreaterThan(0);
    outcomes.get('longtake')?.push(longtake.all);
    outcomes.get('recorder')?.push(longtake.recorder);
    for (const [index, { name }] of peers.entries())
      outcomes.get(name)?.push(others[index] ?? { cpuSeconds: NaN, peakMiB: NaN });
    await stations.stop();
    await rm(to, { recursive: true });
  }
  const of = (name: string, figure: 'cpuSeconds' | 'peakMiB'): number[] =>
    (outcomes.get(name) ?? []).map((outcome) => outcome[figure]);
  const ratio = (name: string, peer: string, figure: 'cpuSeconds' | 'peakMiB') =>
    spread(of(name, figure).map((value, round) => value / (of(peer, figure)[round] ?? NaN)));
  await tellResult({
    bench: 'capture-streams',
    streams: STREAMS,
    seconds: SECONDS,
    rounds: ROUNDS,
    ...Object.fromEntries(
      names.map((name) => [
        name,
        {
          cpuSeconds: spread(of(name, 'cpuSeconds')),
          peakMiB: spread(of(name, 'peakMiB')),
          ...(name === 'recorder'
            ? {}
            : {
                lostFrames: (outcomes.get(name) ?? []).reduce((sum, one) => sum + (one.lostFrames ?? 0), 0),
                recordedFrames: (outcomes.get(name) ?? []).reduce((sum, one) => sum + (one.recordedFrames ?? 0), 0),
              }),
        },
      ]),
    ),
    ratios: {
      recorderCpuToFfmpeg: ratio('recorder', 'ffmpeg', 'cpuSeconds'),
      recorderMemoryToFfmpeg: ratio('recorder', 'ffmpeg', 'peakMiB'),
      recorderCpuToStreamripper: ratio('recorder', 'streamripper', 'cpuSeconds'),
      allCpuToFfmpeg: ratio('longtake', 'ffmpeg', 'cpuSeconds'),
      allMemoryToFfmpeg: ratio('longtake', 'ffmpeg', 'peakMiB'),
      allCpuToStreamripper: ratio('longtake', 'streamripper', 'cpuSeconds'),
    },
  });
}, 3_600_000);

test('how the cost grows with the number of streams', async () => {
  const seconds = Math.min(SECONDS, 20);
  const growth: Record<string, { cpuSeconds: number; peakMiB: number; lostFrames: number }> = {};
  for (const count of GROWTH) {
    const stations = await Stations.start(count, seconds + MARGIN_SECONDS);
    const { all, recorder } = await runLongtake(stations, seconds);
    expect(all.lostFrames).toBe(0);
    growth[count] = {
      cpuSeconds: Number(recorder.cpuSeconds.toFixed(2)),
      peakMiB: Number(recorder.peakMiB.toFixed(1)),
      lostFrames: all.lostFrames,
    };
    await stations.stop();
  }
  await tellResult({ bench: 'capture-streams growth', seconds, recorder: growth });
}, 3_600_000);
