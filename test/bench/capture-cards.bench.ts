import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import { startVirtualCards, type VirtualCards } from '../support/pulse.ts';
import { buildRecorderHost, RecordingStudio } from './support/longtake.ts';
import { runPeers } from './support/peers.ts';
import { type Cost, CostMeter } from './support/processCost.ts';
import { spread, tellResult } from './support/result.ts';

const SECONDS = Number(process.env['LONGTAKE_BENCH_SECONDS'] ?? 60);
const ROUNDS = Number(process.env['LONGTAKE_BENCH_ROUNDS'] ?? 3);
const NAMES = ['bench_a', 'bench_b', 'bench_c', 'bench_d'] as const;
const RATE = 48_000;
const CHANNELS = 2;
/** Programs start and stop within this. */
const MARGIN_SECONDS = 30;

const run = promisify(execFile);

let folder: string;
let host: string;
let cards: VirtualCards;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  host = await buildRecorderHost();
  cards = await startVirtualCards(Object.fromEntries(NAMES.map((name) => [name, {}])));
}, 120_000);
afterAll(async () => {
  await cards.stop();
  await rm(folder, { recursive: true, force: true });
});

type Container = 'wav' | 'flac';

interface Peer {
  readonly name: string;
  readonly container: Container;
  start(card: string, file: string): ChildProcess;
}

function ffmpeg(container: Container): Peer {
  const input = ['-f', 'alsa', '-ar', `${RATE}`, '-ac', `${CHANNELS}`];
  return {
    name: 'ffmpeg',
    container,
    start: (card, file) =>
      spawn('ffmpeg', ['-v', 'error', '-nostdin', ...input, '-i', card, file], {
        env: { ...process.env, ...cards.env },
      }),
  };
}

const arecord: Peer = {
  name: 'arecord',
  container: 'wav',
  start: (card, file) =>
    spawn('arecord', ['-q', '-D', card, '-f', 'S16_LE', '-r', `${RATE}`, '-c', `${CHANNELS}`, file], {
      env: { ...process.env, ...cards.env },
    }),
};

async function runLongtake(container: Container): Promise<{ all: Cost; recorder: Cost; breaks: number }> {
  const sources = NAMES.map((device): SourceDraft => ({
    kind: 'soundcard',
    name: device,
    device,
    sampleRate: RATE,
    bitDepth: 16,
    channels: CHANNELS,
    container,
  }));
  const studio = await RecordingStudio.start(host, { sources, splitSeconds: 3600, env: cards.env });
  const meters = { all: new CostMeter([studio.pid]), recorder: new CostMeter([studio.recorderPid]) };
  await sleep(SECONDS * 1000);
  const [all, recorder] = await Promise.all([meters.all.end(), meters.recorder.end()]);
  const to = await studio.stop();
  const breaks = await breaksIn(to);
  await rm(to, { recursive: true });
  return { all, recorder, breaks };
}

async function runPeer(peer: Peer, to: string): Promise<Cost & { breaks: number }> {
  await mkdir(to, { recursive: true });
  const children = NAMES.map((card) => peer.start(card, join(to, `${card}.${peer.container}`)));
  const cost = await runPeers(peer.name, children, SECONDS);
  return { ...cost, breaks: await breaksIn(to) };
}

/** Samples count up by one from each to the next: where they do not, some are missing. Counted over a folder. */
async function breaksIn(root: string): Promise<number> {
  let breaks = 0;
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(?:wav|flac)$/.test(entry.name)) continue;
    const args = ['-v', 'error', '-i', join(entry.parentPath, entry.name), '-f', 's16le', '-'];
    const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 30 });
    const found = breaksOf(new Int16Array(new Uint8Array(stdout).buffer));
    if (found === undefined) throw new Error(`${entry.name} holds nothing of what was played.`);
    breaks += found;
  }
  return breaks;
}

/** The first sample that is not silence begins the count, and silence ends it. */
function breaksOf(samples: Int16Array): number | undefined {
  let at = samples.findIndex((sample) => sample !== 0);
  if (at < 0) return undefined;
  let breaks = 0;
  for (at += 1; at < samples.length; at += 1) {
    if (samples[at] === 0 && samples[at + 1] === 0) break;
    if (samples[at] !== (((samples[at - 1] ?? 0) + 1) << 16) >> 16) breaks += 1;
  }
  return breaks;
}

async function playCount(signal: AbortSignal): Promise<void> {
  const file = join(folder, 'count.raw');
  const samples = new Int16Array((SECONDS + MARGIN_SECONDS) * RATE * CHANNELS);
  for (let index = 0; index < samples.length; index += 1) samples[index] = index;
  await writeFile(file, samples);
  for (const name of NAMES) {
    void cards
      .card(name)
      .play(file, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }
}

test.each<{ container: Container; peers: readonly Peer[] }>([
  { container: 'wav', peers: [arecord, ffmpeg('wav')] },
  { container: 'flac', peers: [ffmpeg('flac')] },
])(
  `4 cards for ${SECONDS} s as $container, by Longtake and others at the same time`,
  async ({ container, peers }) => {
    const costs = new Map<string, Cost[]>();
    const breaks = new Map<string, number>();
    const note = (name: string, cost: Cost, found = 0): void => {
      costs.set(name, [...(costs.get(name) ?? []), cost]);
      breaks.set(name, (breaks.get(name) ?? 0) + found);
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const playing = new AbortController();
      await playCount(playing.signal);
      const to = join(folder, `${container}${round}`);
      const [longtake, ...others] = await Promise.all([
        runLongtake(container),
        ...peers.map((peer) => runPeer(peer, join(to, peer.name))),
      ]);
      playing.abort();
      note('longtake', longtake.all, longtake.breaks);
      note('recorder', longtake.recorder);
      for (const [index, { name }] of peers.entries()) {
        const other = others[index];
        if (other) note(name, other, other.breaks);
      }
      await rm(to, { recursive: true });
    }
    expect(breaks.get('longtake')).toBe(0);
    const of = (name: string, figure: keyof Cost): number[] => (costs.get(name) ?? []).map((cost) => cost[figure]);
    const ratios = Object.fromEntries(
      peers.flatMap(({ name }) =>
        (['cpuSeconds', 'peakMiB'] as const).map((figure) => [
          `recorder ${figure} to ${name}`,
          spread(of('recorder', figure).map((value, round) => value / (of(name, figure)[round] ?? Number.NaN))),
        ]),
      ),
    );
    await tellResult({
      bench: `capture-cards ${container}`,
      cards: NAMES.length,
      seconds: SECONDS,
      rounds: ROUNDS,
      ...Object.fromEntries(
        [...costs.keys()].map((name) => [
          name,
          {
            cpuSeconds: spread(of(name, 'cpuSeconds')),
            peakMiB: spread(of(name, 'peakMiB')),
            ...(name === 'recorder' ? {} : { breaks: breaks.get(name) }),
          },
        ]),
      ),
      ratios,
    });
  },
  3_600_000,
);
