import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildEntry } from '../../../scripts/testing/build-entry.mjs';
import { sourceId } from '../../shared/units.ts';
import type { AnalystCommand, AnalystEvent } from './analystProtocol.ts';

const run = promisify(execFile);
const SOURCE = sourceId('6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11');
/** Bytes in 100 ms of 128 kbit/s. */
const STEP_BYTES = 1600;
/** A busy machine takes its time. */
const PATIENT = { timeout: 120_000 };

let program: string;
let folder: string;
let child: ChildProcess;
let events: AnalystEvent[];

/** Left: a sine of full scale; right: one of -20 dBFS; both silent in every second second. */
async function encode(name: string, seconds: number, ...options: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const gate = String.raw`lt(mod(t\,2)\,1)`;
  const source = `aevalsrc=0.99*sin(2*PI*441*t)*${gate}|0.1*sin(2*PI*441*t)*${gate}:s=44100:d=${seconds}`;
  await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-b:a', '128k', ...options, path]);
  return path;
}

beforeAll(async () => {
  program = await buildEntry('analyst', 'src/engine/studio/analystProcess.ts');
  folder = await mkdtemp(join(tmpdir(), 'longtake-analyst-'));
  await encode('a.mp3', 20);
  await encode('a.aac', 20, '-c:a', 'aac');
  // Frames follow frames: half an hour, without encoding it.
  const coded = await readFile(join(folder, 'a.mp3'));
  await writeFile(join(folder, 'long.mp3'), Buffer.concat(Array.from({ length: 90 }, () => coded)));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  events = [];
  child = fork(program, [], { serialization: 'advanced', stdio: 'inherit' });
  child.on('message', (event) => events.push(event as AnalystEvent));
});

afterEach(() => child.kill('SIGKILL'));

const send = (command: AnalystCommand): void => void child.send(command);

const fileOf = (name: string, container: 'mp3' | 'adts', kept = name) => ({
  path: join(folder, name),
  container,
  peaksFile: join(folder, 'cache', `${kept}.peaks`),
  levelsFile: join(folder, 'cache', `${kept}.levels`),
});

const peaks = (callId: number, name: string, container: 'mp3' | 'adts' = 'mp3') =>
  send({
    type: 'peaks',
    callId,
    file: fileOf(name, container),
    points: 200,
  });

/** The answer to a call. */
const answer = (callId: number): Promise<AnalystEvent> =>
  vi.waitFor(
    () => {
      const found = events.find((event) => 'callId' in event && event.callId === callId);
      if (!found) throw new Error(`no answer to ${callId}`);
      return found;
    },
    { ...PATIENT, interval: 20 },
  );

/** Process ids of the ffmpeg processes of the analyst. */
async function decoders(): Promise<number[]> {
  const { stdout } = await run('ps', ['-e', '-o', 'pid=,ppid=,comm=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, name]) => parent === String(child.pid) && name === 'ffmpeg')
    .map(([pid]) => Number(pid));
}

describe('waveforms', () => {
  test.each([
    ['a.mp3', 'mp3'],
    ['a.aac', 'adts'],
  ] as const)('of %s show what is heard', async (name, container) => {
    peaks(1, name, container);
    const event = await answer(1);
    if (event.type !== 'peaks') throw new Error(JSON.stringify(event));
    expect(Math.abs(event.durationMs - 20_000)).toBeLessThan(200);
    expect(event.pairs).toHaveLength(400);
    const highest = (second: number) => event.pairs[2 * (10 * second + 5) + 1];
    for (let second = 0; second < 20; second += 2) {
      expect(highest(second)).toBeGreaterThan(0.9);
      expect(highest(second + 1)).toBeLessThan(0.02);
    }
  });

  test('have errors of their own, and the process goes on', async () => {
    await writeFile(join(folder, 'junk.mp3'), 'This is no audio. '.repeat(5000));
    peaks(1, 'missing.mp3');
    peaks(2, 'junk.mp3');
    expect(await answer(1)).toMatchObject({ type: 'error', error: { code: 'NOT_FOUND' } });
    expect(await answer(2)).toMatchObject({ type: 'error', error: { code: 'DAMAGED' } });
    send({ type: 'decoder', callId: 3 });
    expect(await answer(3)).toEqual({ type: 'decoder', callId: 3, available: true });
  });

  test('are made two at a time, and can be cancelled while they are made and while they wait', async () => {
    for (const callId of [1, 2, 3, 4]) {
      const file = fileOf('long.mp3', 'mp3', `cancelled ${callId}`);
      send({ type: 'peaks', callId, file, points: 200 });
    }
    // A long file is decoded by two, half each.
    await expect.poll(async () => (await decoders()).length).toBeGreaterThanOrEqual(2);
    expect((await decoders()).length).toBeLessThanOrEqual(4);
    for (const callId of [1, 2, 3, 4]) send({ type: 'cancel', callId });
    for (const callId of [1, 2, 3, 4]) {
      expect(await answer(callId)).toMatchObject({ type: 'error', error: { code: 'CANCELLED' } });
    }
    await expect.poll(decoders).toEqual([]);
  });
});

describe('meters', () => {
  test.each([
    ['a.mp3', 'mp3'],
    ['a.aac', 'adts'],
  ] as const)('of a growing %s follow it, at most ten times a second', async (name, container) => {
    const coded = await readFile(join(folder, name));
    const growing = join(folder, `growing ${name}`);
    await writeFile(growing, coded.subarray(0, 0));
    let written = 0;
    // As a recorder writes: a fifth of a second at a time, one after the other, for as long as it is listened to.
    const begun = performance.now();
    const perMs = container === 'mp3' ? STEP_BYTES / 100 : coded.length / 20_000;
    let writing = Promise.resolve();
    const timer = setInterval(() => {
      writing = writing.then(async () => {
        const due = Math.floor((performance.now() - begun) * perMs);
        while (written < due) {
          const at = written % coded.length;
          const piece = coded.subarray(at, Math.min(coded.length, at + due - written));
          await appendFile(growing, piece);
          written += piece.length;
        }
      });
    }, 200);
    try {
      send({ type: 'meter', sourceId: SOURCE, path: growing, container });
      const heard = await levelsUntil((so) => so.length >= 20 && loudOf(so).length > 3 && so.some(isQuiet));
      // No more than ten a second, whenever they arrive.
      const seconds = (performance.now() - begun) / 1000;
      expect(heard.length).toBeLessThanOrEqual(10 * seconds + 1);
      for (const { peak, rms } of loudOf(heard)) {
        expect(Math.abs((peak[1] ?? 0) + 20)).toBeLessThan(2);
        expect(rms).toHaveLength(2);
      }
      send({ type: 'unmeter', sourceId: SOURCE });
      await expect.poll(decoders).toEqual([]);
    } finally {
      clearInterval(timer);
      await writing;
    }
  });

  test('without a file leave the process alone and say why', async () => {
    send({ type: 'meter', sourceId: SOURCE, path: join(folder, 'missing.mp3'), container: 'mp3' });
    await expect.poll(() => events.find((event) => event.type === 'log')).toMatchObject({ level: 'warn' });
    send({ type: 'decoder', callId: 1 });
    expect(await answer(1)).toMatchObject({ available: true });
  });
});

interface Heard {
  readonly peak: readonly number[];
  readonly rms: readonly number[];
}

const loudOf = (heard: readonly Heard[]): readonly Heard[] => heard.filter(({ peak }) => (peak[0] ?? -150) > -3);
/** The tone comes and goes every second. */
const isQuiet = ({ peak }: Heard): boolean => (peak[0] ?? 0) < -40;

/** Levels told from now on, once they are what is waited for. */
async function levelsUntil(enough: (heard: readonly Heard[]) => boolean): Promise<readonly Heard[]> {
  const heard: Heard[] = [];
  const listener = (event: unknown): void => {
    const told = event as AnalystEvent;
    if (told.type === 'levels') heard.push({ peak: told.peak, rms: told.rms });
  };
  child.on('message', listener);
  await expect.poll(() => enough(heard)).toBe(true);
  child.off('message', listener);
  return heard;
}

test('it gives way to the recorder, and takes its decoders with it when the parent goes away', async () => {
  peaks(1, 'a.mp3');
  await answer(1);
  expect(getPriority(child.pid)).toBe(Math.min(19, Math.max(10, getPriority())));
  send({ type: 'meter', sourceId: SOURCE, path: join(folder, 'a.mp3'), container: 'mp3' });
  const decoder = await vi.waitFor(async () => {
    const [pid] = await decoders();
    if (pid === undefined) throw new Error('no decoder yet');
    return pid;
  }, PATIENT);
  child.disconnect();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  // Killed, but on a busy machine what is that nice takes its time to end.
  await expect.poll(() => isAlive(decoder)).toBe(false);
});

test('its decoders end by themselves when it is killed', async () => {
  peaks(1, 'long.mp3');
  send({ type: 'meter', sourceId: SOURCE, path: join(folder, 'a.mp3'), container: 'mp3' });
  await expect.poll(async () => (await decoders()).length).toBeGreaterThanOrEqual(2);
  const pids = await decoders();
  child.kill('SIGKILL');
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
