import { copyFile, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEntry } from '../../scripts/testing/build-entry.mjs';
import type { Drill, DrillOrder } from '../../src/shared/contract/drill.ts';
import { TestStudio } from '../support/studio.ts';

/** Resolves with a drill's last word. */
async function drill({ studio }: TestStudio, order: DrillOrder): Promise<Drill> {
  await studio.handlers['drill.start'](order);
  const state = async () => (await studio.handlers['drill.get']({}))?.state;
  await expect.poll(state, { timeout: 300_000 }).not.toBe('working');
  const last = await studio.handlers['drill.get']({});
  if (!last) throw new Error('The drill told nothing.');
  return last;
}

describe('a failure drill', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-drill-'));
    // What a drill leaves whose program was killed: it is gone after the next start.
    const drills = join(folder, 'data', 'drills');
    await mkdir(join(drills, 'left', 'recordings'), { recursive: true });
    await writeFile(join(drills, 'left', 'recordings', 'a.wav'), 'RIFF');
    await writeFile(join(drills, 'left.unfinished'), '');
    studio = await TestStudio.start({ folder });
  });
  afterAll(() => studio.dispose());

  it('finds each loss of the test signal in the ledger, and leaves nothing behind', async () => {
    const real = await studio.addAndArm({
      kind: 'generator',
      name: 'Recorded every day',
      programme: 'tone',
      seed: 1,
      sampleRate: 8000,
      bitDepth: 16,
      channels: 1,
    });
    await studio.until('recording', () => studio.statuses.get(real)?.state === 'recording');
    const { state, faults, report, message } = await drill(studio, { sourceIds: [] });
    expect(message).toBeUndefined();
    expect(state).toBe('done');
    expect(report?.problems, report?.text).toEqual([]);
    expect(
      faults.map(({ kind, state: verdict }) => [kind, verdict]),
      report?.text,
    ).toEqual([
      ['unplug', 'passed'],
      ['stream lost', 'passed'],
      ['disk full', 'passed'],
      ['kill', 'passed'],
      ['clock', 'passed'],
    ]);
    const causes = faults.map(({ losses }) => losses.map((loss) => loss.causes));
    expect(causes).toEqual([
      [['device lost']],
      [['stream lost']],
      [['disk full'], ['disk full']],
      [['crash'], ['crash']],
      [],
    ]);
    for (const { kind, losses } of faults.slice(0, 3)) {
      // It was away for 2 s.
      for (const { lostSeconds } of losses) expect(lostSeconds, kind).toBeGreaterThan(1.5);
    }
    expect(report?.seams.gapless).toBeGreaterThan(0);
    expect(report?.decoded).toBe(true);
    expect(report?.comparedSeconds).toBeGreaterThan(20);
    expect(report?.text).toContain('Passed');

    await studio.studio.handlers['sources.disarm']({});
    expect(studio.gapsOf(real)).toEqual([]);
    expect(await readdir(join(studio.folder, 'data', 'drills'))).toEqual([]);
  });

  it('is one at a time, and can be cancelled', async () => {
    const { id } = await studio.studio.handlers['drill.start']({ sourceIds: [] });
    await expect(studio.studio.handlers['drill.start']({ sourceIds: [] })).rejects.toMatchObject({ code: 'CONFLICT' });
    await studio.studio.handlers['drill.cancel']({});
    expect(await studio.studio.handlers['drill.get']({})).toMatchObject({ id, state: 'cancelled' });
    expect(await readdir(join(studio.folder, 'data', 'drills'))).toEqual([]);
  });
});

describe('a failure drill of a recorder whose ledger forgets', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    const program = await buildEntry(
      'forgetfulDrill',
      fileURLToPath(new URL('../support/forgetfulDrill.ts', import.meta.url)),
    );
    await copyFile(program, join(dirname(program), 'drill.js'));
    studio = await TestStudio.start({ programs: { drill: dirname(program) } });
  });
  afterAll(() => studio.dispose());

  it('says so, and keeps what it recorded when it is asked to', async () => {
    const told = await drill(studio, { sourceIds: [], faults: ['unplug'], keep: true });
    expect(told.report?.passed).toBe(false);
    expect(told.faults[0]).toMatchObject({ kind: 'unplug', state: 'failed' });
    expect(told.faults[0]?.problems[0]).toMatch(
      /Test signal: \d\.\d s are in no file, and the ledger has no row about it/,
    );
    expect(told.report?.text).toContain('WRONG: Test signal');
    expect(dirname(told.folder ?? '')).toBe(join(studio.folder, 'data', 'drills'));
    expect(await readdir(join(told.folder ?? '', 'recordings'))).toContain('Test signal');
  });
});
