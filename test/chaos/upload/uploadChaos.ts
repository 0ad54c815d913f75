import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DEFAULT_SETTINGS } from '../../../src/shared/domain/settings.ts';
import type { SourceDraft } from '../../../src/shared/domain/source.ts';
import type { TargetId } from '../../../src/shared/units.ts';
import { FaultProxy, type ProxyFault, proxyFaults } from '../../support/faultProxy.ts';
import { SessionServerProcess } from '../../support/sessionServer.ts';
import { Random } from '../random.ts';
import { StudioProcess } from '../studioProcess.ts';
import { compare, UNFINISHED } from './uploadVerdict.ts';

/** What is ended in a round, beside what happens on the way. */
const kills = ['nothing', 'main', 'recorder', 'server', 'back-up'] as const;
export type Kill = (typeof kills)[number];

export interface UploadChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  /** The built host, and the folder with the product's built programs. */
  readonly programs: { readonly host: string; readonly product: string };
  /** Told line by line, for people who watch. */
  readonly tell: (line: string) => void;
  /** Where the files of a failed run are kept; absolute. */
  readonly keep: string;
  /** In place of chance: what is ended in each round. */
  readonly ends?: readonly Kill[];
}

/** The one line of JSON that a run ends with. */
export interface UploadChaosReport {
  readonly rounds: number;
  readonly seed: number;
  /** How often each thing happened. */
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: Readonly<Record<string, number>>;
  readonly recordings: number;
  readonly audioSeconds: number;
  /** From the end of the trouble until everything was safe, s. */
  readonly drainedSeconds: number;
  readonly failures: readonly string[];
}

/** Chance that a request meets with one of the faults of a round. */
const CHANCE = 0.3;
const ROUND_MS = [1200, 2600] as const;
const READY_MS = 60_000;
const DRAIN_MS = 300_000;
/** While it drains, a person tries again what waits for one, ms. */
const RETRY_MS = 3000;

const SOURCES: readonly Omit<Extract<SourceDraft, { kind: 'generator' }>, 'targets'>[] = [
  { kind: 'generator', name: 'Speech', programme: 'mixed', seed: 1, sampleRate: 16_000, bitDepth: 16, channels: 1 },
  { kind: 'generator', name: 'Hut', programme: 'bursts', seed: 2, sampleRate: 22_050, bitDepth: 24, channels: 2 },
  {
    kind: 'generator',
    name: 'Archive',
    programme: 'mixed',
    seed: 3,
    sampleRate: 32_000,
    bitDepth: 16,
    channels: 2,
    container: 'flac',
  },
];

/** Rounds of trouble between a studio that records and the server that it uploads to, and what became of the audio. */
export async function runUploadChaos(options: UploadChaosOptions): Promise<UploadChaosReport> {
  const { rounds, seed, tell, programs, keep } = options;
  const folder = await mkdtemp(join(tmpdir(), 'longtake-upload-chaos-'));
  const server = await SessionServerProcess.start({
    folder: join(folder, 'server'),
    program: join(programs.product, 'longtake.js'),
    // So many requests come from one address here alone.
    env: { LONGTAKE_SERVER_REQUESTS_PER_HOUR: '1000000', LONGTAKE_SERVER_REQUESTS_PER_DAY: '1000000' },
  });
  const proxy = await FaultProxy.start(server.url);
  const recordings = join(folder, 'recordings');
  const settings = { ...DEFAULT_SETTINGS, splitSeconds: 4, recordingsFolder: recordings };
  const studio = new StudioProcess(programs.host, {
    folder: join(folder, 'studio'),
    state: { settings, sources: [], armed: [] },
    programs: programs.product,
    env: {},
  });
  const killed: Record<string, number> = {};
  let failures: readonly string[] = [];
  try {
    await studio.start();
    const { target } = await studio.request('targets.add', {
      kind: 'longtake-server',
      name: 'Server',
      enabled: true,
      url: proxy.url,
      auth: 'token',
      chunkSeconds: 1,
      secret: server.token,
    });
    await arm(studio, target.id);
    for (let round = 1; round <= rounds; round += 1) {
      const random = new Random(seed, round);
      const faults = random.shuffled(proxyFaults).slice(0, random.whole(1, 4));
      const kill = options.ends?.[round - 1] ?? random.pick(kills);
      tell(`Round ${round} of ${rounds}: ${faults.join(', ')}; ended: ${kill}`);
      killed[kill] = (killed[kill] ?? 0) + 1;
      await runRound({ studio, server, proxy, folder, tell }, random, faults, kill);
    }
    await studio.request('sources.disarm', {});
    const from = performance.now();
    failures = await drained(studio);
    const drainedSeconds = Math.round((performance.now() - from) / 100) / 10;
    const verdict = await compare(recordings, studio, server);
    failures = [...failures, ...verdict.failures];
    return {
      rounds,
      seed,
      faults: Object.fromEntries(proxy.counts),
      kills: killed,
      recordings: verdict.recordings,
      audioSeconds: verdict.audioSeconds,
      drainedSeconds,
      failures,
    };
  } finally {
    if (failures.length > 0) {
      for (const line of failures) tell(`FAILED ${line}`);
      const kept = join(keep, `upload-seed-${seed}`);
      await cp(folder, kept, { recursive: true });
      await writeFile(join(kept, 'studio.log'), studio.log.join('\n'));
      await writeFile(join(kept, 'server.log'), server.log);
      tell(`Kept in ${kept}`);
    }
    await studio.stop();
    await studio.dispose();
    await proxy.close();
    await server.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function arm(studio: StudioProcess, target: TargetId): Promise<void> {
  for (const draft of SOURCES) {
    const { config } = await studio.request('sources.add', { ...draft, targets: [target] });
    await studio.request('sources.arm', { ids: [config.id] });
  }
}

interface World {
  readonly studio: StudioProcess;
  readonly server: SessionServerProcess;
  readonly proxy: FaultProxy;
  readonly folder: string;
  readonly tell: (line: string) => void;
}

async function runRound(world: World, random: Random, faults: readonly ProxyFault[], kill: Kill): Promise<void> {
  const { studio, server, proxy } = world;
  const back = kill === 'back-up' ? await backUp(world) : undefined;
  proxy.choose = () => (random.between(0, 1) < CHANCE ? random.pick(faults) : undefined);
  await wait(random.between(...ROUND_MS));
  switch (kill) {
    case 'nothing':
      break;
    case 'main':
      await studio.killMain();
      await studio.gone(READY_MS);
      await studio.start();
      break;
    case 'recorder':
      studio.killRecorders();
      break;
    case 'server':
      await server.kill();
      await wait(random.between(0, 500));
      await server.start();
      break;
    case 'back-up':
      await back?.();
      break;
  }
  await wait(random.between(200, 800));
  proxy.choose = () => undefined;
  // A person looks after what needs one.
  await studio.request('uploads.retry', {});
}

/**
 * Keeps what the server has, and later puts it in place of what it has then: chunks that it had acknowledged are gone.
 * What became a recording in between would be gone without anybody knowing, so then nothing is put back.
 */
async function backUp({ server, folder, tell }: World): Promise<() => Promise<void>> {
  const copy = join(folder, 'back-up');
  const finished = async (): Promise<string> => {
    const answer = await server.fetch('/api/v1/recordings?limit=500');
    return JSON.stringify(((await answer.json()) as { recordings: { id: unknown }[] }).recordings.map(({ id }) => id));
  };
  await server.stop();
  await rm(copy, { recursive: true, force: true });
  await cp(server.folder, copy, { recursive: true });
  await server.start();
  const before = await finished();
  return async () => {
    const after = await finished();
    await server.kill();
    if (after === before) {
      await rm(server.folder, { recursive: true, force: true });
      await cp(copy, server.folder, { recursive: true });
    } else tell('  not put back: a recording was finished since');
    await server.start();
  };
}

/** Waits until nothing is left to send; what is left then is told. */
async function drained(studio: StudioProcess): Promise<readonly string[]> {
  const until = performance.now() + DRAIN_MS;
  for (;;) {
    const left = await studio.request('uploads.list', { states: [...UNFINISHED], limit: 500 });
    if (left.length === 0) return [];
    if (performance.now() > until) {
      return left.map(
        ({ path, state, problem, bytes, safeBytes }) =>
          `${path} is still ${state} (${safeBytes} of ${bytes} bytes): ${problem?.message ?? 'no problem'}`,
      );
    }
    await wait(RETRY_MS);
    await studio.request('uploads.retry', {});
  }
}
