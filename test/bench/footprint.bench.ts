import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ElectronApplication, _electron } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LongtakeBridge } from '../../src/shared/contract/bridge.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import '../support/ownDisplay.ts';
import { startVirtualCards } from '../support/pulse.ts';
import { writeBareElectron } from './support/bareElectron.ts';
import { runPeers } from './support/peers.ts';
import { CostMeter } from './support/processCost.ts';
import { spread, tellResult } from './support/result.ts';
import { Stations } from './support/stations.ts';
import { startTimed } from './support/timedStart.ts';

const SECONDS = Number(process.env['LONGTAKE_BENCH_SECONDS'] ?? 20);
const STARTS = Number(process.env['LONGTAKE_BENCH_ROUNDS'] ?? 5);
const STREAMS = [1, 8, 32] as const;
const CARDS = [1, 8, 32] as const;
/** Programs start and stop within this. */
const MARGIN_SECONDS = 120;
/** What opening and closing cost is over. */
const REST_MS = 4000;
/** What a desktop program may take that nobody looks at, of one core; far more than is aimed at, for a busy machine. */
const MOST_IDLE_PERCENT = 5;
const PROJECT = resolve(import.meta.dirname, '../..');

/** What a program takes while it does one thing. */
interface Footprint {
  readonly memoryMiB: number;
  /** Of one core. */
  readonly cpuPercent: number;
}

let folder: string;
let bare: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  bare = await writeBareElectron(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Memory at its peak and CPU of processes and their descendants, from now on. */
async function footprint(pids: readonly number[]): Promise<Footprint> {
  const meter = new CostMeter(pids);
  const from = { at: performance.now(), cpu: await meter.cpuSeconds() };
  await sleep(SECONDS * 1000);
  const { cpuSeconds, peakMiB } = await meter.end();
  const seconds = (performance.now() - from.at) / 1000;
  return { memoryMiB: rounded(peakMiB), cpuPercent: rounded(((cpuSeconds - from.cpu) / seconds) * 100) };
}

const rounded = (value: number): number => Number(value.toPrecision(3));
const pidOf = (app: ElectronApplication): number => app.process().pid ?? 0;

async function launchBare(): Promise<ElectronApplication> {
  const root = process.getuid?.() === 0;
  const app = await _electron.launch({
    args: [bare, ...(root ? ['--no-sandbox'] : []), '--disable-gpu'],
    env: { ...(process.env as Record<string, string>), LONGTAKE_USER_DATA: join(folder, 'bare-profile') },
  });
  await (await app.firstWindow()).waitForLoadState('domcontentloaded');
  return app;
}

/** The driver now and then loses an answer of main. */
async function recorderOf(running: RunningApp): Promise<number> {
  const pid = async () => running.recorderPid().catch(() => undefined);
  await expect.poll(pid, { timeout: 120_000 }).toBeDefined();
  return running.recorderPid();
}

/** There is no tray on a virtual display, where a window that is closed would be minimised: this one is gone. */
async function closeWindow({ app }: RunningApp): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) window.destroy();
  });
}

interface Setting {
  readonly name: string;
  readonly sources: readonly SourceDraft[];
  readonly env: Readonly<Record<string, string>>;
  readonly startPeers: (folder: string) => Promise<ChildProcess[]>;
}

/** Longtake with its window open, then closed; a bare window and one small program per source beside it. */
async function measure({ name, sources, env, startPeers }: Setting): Promise<{ readonly windowClosed: Footprint }> {
  const profile = await makeProfile();
  const running = await RunningApp.launch(profile, env);
  const window = await launchBare();
  const peersFolder = join(folder, name.replaceAll(' ', '-'));
  await mkdir(peersFolder);
  try {
    await running.page.setViewportSize({ width: 1280, height: 800 });
    await running.request('analysis.pause', { paused: true });
    for (const draft of sources) await running.request('sources.add', draft);
    if (sources.length > 0) await running.request('sources.arm', {});
    const recording = async () =>
      (await running.request('sources.list', {})).filter(({ status }) => status.state === 'recording').length;
    await expect.poll(recording, { timeout: 120_000 }).toBe(sources.length);
    const recorder = await recorderOf(running);
    await sleep(REST_MS);
    const children = await startPeers(peersFolder);
    const [open, openRecorder, bareWindow, peers] = await Promise.all([
      footprint([pidOf(running.app)]),
      footprint([recorder]),
      footprint([pidOf(window)]),
      children.length > 0 ? runPeers('the peer', children, SECONDS) : undefined,
    ]);
    await closeWindow(running);
    await sleep(REST_MS);
    const [closed, closedRecorder] = await Promise.all([footprint([pidOf(running.app)]), footprint([recorder])]);
    await tellResult({
      bench: 'footprint',
      setting: name,
      seconds: SECONDS,
      windowOpen: open,
      windowClosed: closed,
      recorder: openRecorder,
      closedBesidesRecorder: { cpuPercent: rounded(closed.cpuPercent - closedRecorder.cpuPercent) },
      bareWindow,
      ...(peers
        ? { peers: { memoryMiB: rounded(peers.peakMiB), cpuPercent: rounded((peers.cpuSeconds / SECONDS) * 100) } }
        : {}),
    });
    return { windowClosed: closed };
  } finally {
    await running.quit();
    await window.close();
    await removeProfile(profile);
  }
}

test('idle', async () => {
  const { windowClosed } = await measure({
    name: 'idle',
    sources: [],
    env: {},
    startPeers: () => Promise.resolve([]),
  });
  expect(windowClosed.cpuPercent).toBeLessThan(MOST_IDLE_PERCENT);
}, 600_000);

test.each(STREAMS)(
  '%i streams',
  async (count) => {
    const stations = await Stations.start(count, 2 * SECONDS + MARGIN_SECONDS);
    try {
      const { windowClosed } = await measure({
        name: `${count} streams`,
        sources: stations.mounts.map((mount) => ({
          kind: 'stream',
          name: mount.slice(1),
          url: stations.icecast.url(mount),
          username: '',
          format: 'auto',
        })),
        env: {},
        startPeers: async (to) =>
          stations.mounts.map((mount, index) =>
            spawn('streamripper', [
              stations.icecast.url(mount),
              '-d',
              to,
              '-A',
              '-a',
              join(to, `${index}.mp3`),
              '--quiet',
            ]),
          ),
      });
      expect(windowClosed.cpuPercent).toBeGreaterThan(0);
    } finally {
      await stations.stop();
    }
  },
  600_000,
);

test.each(CARDS)(
  '%i soundcards',
  async (count) => {
    const names = Array.from({ length: count }, (_, index) => `card_${index}`);
    const cards = await startVirtualCards(Object.fromEntries(names.map((name) => [name, {}])));
    try {
      const { windowClosed } = await measure({
        name: `${count} soundcards`,
        sources: names.map((device) => ({
          kind: 'soundcard',
          name: device,
          device,
          sampleRate: 48_000,
          bitDepth: 16,
          channels: 2,
        })),
        env: cards.env,
        startPeers: async (to) =>
          names.map((name) =>
            spawn('arecord', ['-q', '-D', name, '-f', 'S16_LE', '-r', '48000', '-c', '2', join(to, `${name}.wav`)], {
              env: { ...process.env, ...cards.env },
            }),
          ),
      });
      expect(windowClosed.cpuPercent).toBeGreaterThan(0);
    } finally {
      await cards.stop();
    }
  },
  600_000,
);

test('from the start to the window, and to the first sample', async () => {
  const profile = await makeProfile();
  const first = await RunningApp.launch(profile);
  await first.request('sources.add', {
    kind: 'generator',
    name: 'Test signal',
    programme: 'tone',
    seed: 1,
    sampleRate: 48_000,
    bitDepth: 16,
    channels: 2,
  });
  await first.request('sources.arm', {});
  await expect
    .poll(async () => (await first.request('sources.list', {}))[0]?.status.state, { timeout: 60_000 })
    .toBe('recording');
  await first.quit();
  const toWindow: number[] = [];
  const toSample: number[] = [];
  const toBareWindow: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const empty = await startTimed(bare, { LONGTAKE_USER_DATA: join(folder, `bare-${round}`) });
    toBareWindow.push(empty.paintedAt - empty.spawnedAt);
    await empty.end();
    const started = await startTimed(PROJECT, { LONGTAKE_USER_DATA: profile });
    toWindow.push(started.paintedAt - started.spawnedAt);
    const startedAt = await started.page.evaluate(async () => {
      const bridge = (window as { longtake?: LongtakeBridge }).longtake;
      for (;;) {
        const reply = await bridge?.request('sources.list', {});
        const [source] = reply?.ok === true ? (reply.value as { status: { recording?: { startedAt: number } } }[]) : [];
        if (source?.status.recording) return source.status.recording.startedAt;
      }
    });
    toSample.push(startedAt - started.spawnedAt);
    await started.end();
  }
  expect(toSample).toHaveLength(STARTS);
  await tellResult({
    bench: 'footprint start',
    starts: STARTS,
    toWindowMs: spread(toWindow),
    toFirstSampleMs: spread(toSample),
    toBareWindowMs: spread(toBareWindow),
  });
  await removeProfile(profile);
}, 600_000);
