import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, longtake } from '../support/command.ts';
import { probe } from '../support/ffmpeg.ts';
import { Headless } from '../support/headless.ts';

const run = promisify(execFile);
const RATE = 8000;
const SECONDS = 20;
/** A burst that stands out, s. */
const BURST = { from: 8, to: 10 };

/** Mono, 16 bit: faint noise with one burst. */
function wav(): Buffer {
  const samples = Buffer.alloc(RATE * SECONDS * 2);
  for (let at = 0; at < RATE * SECONDS; at += 1) {
    const isLoud = at >= BURST.from * RATE && at < BURST.to * RATE;
    const noise = ((at * 7919) % 64) - 32;
    samples.writeInt16LE(isLoud ? Math.round(16_000 * Math.sin(at / 4)) : noise, at * 2);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

describe('longtake, the commands on a profile', () => {
  let folder: string;
  let profile: string;
  /** Recordings that the run of the test signal made, in order. */
  let recorded: string[];
  const at = (...path: readonly string[]): string => join(folder, ...path);
  const run1 = (...args: readonly string[]): Promise<Ended> => longtake(args, { cwd: folder, profile });
  const ok = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await run1(...args);
    expect(ended, args.join(' ')).toMatchObject({ code: 0 });
    // Nobody sits at a terminal: nothing is coloured and nothing moves.
    expect(ended.out + ended.err).not.toContain('\x1b');
    return ended;
  };
  const fails = async (code: number, words: string | RegExp, ...args: readonly string[]): Promise<void> => {
    const ended = await run1(...args);
    expect(ended, args.join(' ')).toMatchObject({ code, err: expect.stringMatching(words) });
    expect(ended.err).not.toContain('    at ');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-commands-'));
    profile = at('profile');
    const file = at('Room_20261121T140000+0100.wav');
    await writeFile(file, wav());
    await run('ffmpeg', ['-v', 'error', '-i', file, at('song.mp3')]);
    await run('ffmpeg', ['-v', 'error', '-i', file, at('song.flac')]);
    await writeFile(at('text.wav'), 'no audio');
    await mkdir(at('out'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));

  it('say what they do, and what is wrong with a command line', async () => {
    const commands = 'status sources cut verify drill'.split(' ');
    const helps = await Promise.all(commands.map((name) => longtake([name, '--help'], { cwd: folder })));
    for (const { code, out } of helps) {
      expect(code).toBe(0);
      expect(out).toMatch(/Usage: longtake [\s\S]{100}/);
    }
    const wrong = await Promise.all([['nonsense'], ['cut'], ['verify', '--nonsense']].map((args) => run1(...args)));
    for (const { code, err } of wrong)
      expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('error') });
  });

  it('look at a profile that is not there without making it', async () => {
    const { out } = await ok('status');
    expect(out).toContain('there is no profile');
    expect(existsSync(profile)).toBe(false);
  });

  it('keep sources while nobody runs', async () => {
    await ok('sources', 'add', 'signal', '--name', 'Signal', '--rate', String(RATE), '--channels', '1');
    await longtake(
      ['sources', 'add', 'stream', '--name', 'Radio', '--url', 'http://127.0.0.1:1/x', '--password-stdin'],
      {
        cwd: folder,
        profile,
        input: 'geheim\n',
      },
    );
    await fails(5, 'named "signal" already', 'sources', 'add', 'signal', '--name', 'signal');
    await fails(2, /8000 Hz \(sampleRate\)|8000/, 'sources', 'add', 'signal', '--name', 'B', '--rate', '1');
    await fails(2, 'no source "None"', 'sources', 'arm', 'None');
    await fails(2, 'not for a source of kind stream', 'sources', 'edit', 'Radio', '--device', 'x');
    await ok('sources', 'edit', 'Radio', '--name', 'Radio 1', '--split', '600');
    expect((await ok('sources', 'arm', 'Radio 1')).err).toContain('Nothing runs');
    await ok('settings', 'set', 'splitSeconds', '1800');
    await fails(2, 'at least 5 seconds', 'settings', 'set', 'splitSeconds', '1');
    expect((await ok('settings')).out).toContain('splitSeconds: 1800');
    const listed = (await ok('sources', 'list', '--json')).objects();
    expect(listed).toMatchObject([
      { type: 'source', name: 'Signal', kind: 'generator', armed: false },
      { name: 'Radio 1', splitSeconds: 600, hasPassword: true, armed: true, url: 'http://127.0.0.1:1/x' },
    ]);
    expect(await readFile(join(profile, 'settings.json'), 'utf8')).not.toContain('geheim');
    expect((await stat(join(profile, 'secrets.json'))).mode & 0o777).toBe(0o600);
    const idle = await run1('status', '--json');
    expect(idle).toMatchObject({ code: 4 });
    expect(idle.objects()[0]).toMatchObject({ type: 'studio', running: false });
  });

  it('ask the run that records', async () => {
    const recording = new Headless(['record', 'Signal', '--json', '--profile', profile], { folder });
    try {
      await recording.until('it records', () => recording.of('recordings.opened').length > 0);
      const [studio, signal] = (await ok('status', '--json')).objects();
      expect(studio).toMatchObject({ type: 'studio', running: true, kind: 'record' });
      expect(signal).toMatchObject({ type: 'source', name: 'Signal', state: 'recording' });
      await ok('sources', 'split', 'Signal');
      await recording.until('a file is closed', () => recording.of('recordings.closed').length > 0);
      await fails(5, 'longtake record runs with this profile', 'record', '--all');
      await fails(5, 'is armed', 'sources', 'remove', 'Signal');
      const verified = (await ok('verify', '--json')).objects().at(-1);
      expect(verified).toMatchObject({ type: 'summary', problems: 0, open: 1 });

      const root = join(profile, 'Recordings');
      const paths = recording.of('recordings.closed').map(({ path }) => join(root, String(path)));
      const [first = ''] = paths;
      const { duration } = await probe(first);
      // Into the one that is being recorded.
      const to = (duration + 0.25).toFixed(3);
      const [cut] = (await ok('cut', first, '--from', '0.1', '--to', to, '--out', 'out', '--json')).objects();
      expect((await probe(String(cut?.['file']))).duration).toBeCloseTo(duration + 0.15, 2);
      expect(cut).toMatchObject({ type: 'cut', from: expect.closeTo(0.1, 2), to: expect.closeTo(Number(to), 2) });
    } finally {
      recording.signal('SIGTERM');
      expect(await recording.ended()).toBe(0);
    }
    const files = await readdir(join(profile, 'Recordings', 'Signal'), { recursive: true });
    recorded = files.filter((name) => name.endsWith('.wav')).map((name) => join(profile, 'Recordings', 'Signal', name));
    expect(recorded.length).toBeGreaterThan(1);
    // What the desktop armed is not touched by a run.
    const listed = (await ok('sources', 'list', '--json')).objects();
    expect(listed.map(({ armed }) => armed)).toEqual([false, true]);
    await ok('sources', 'disarm', '--all');
    expect((await ok('status')).out).toMatch(/Nothing runs[\s\S]*Last day recorded/);
  });

  it('take digests, and find what has changed since', async () => {
    expect((await ok('verify', '--update', '--deep')).out).toContain(`${recorded.length} digests taken`);
    const [file = ''] = recorded;
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const [checked] = (await ok('verify', file, '--json')).objects();
    expect(checked).toMatchObject({ ok: true, digest: 'matches', sha256 });
    const handle = await open(file, 'r+');
    await handle.write(Buffer.from([1, 2, 3]), 0, 3, 1000);
    await handle.close();
    const changed = await run1('verify', '--json');
    expect(changed.code).toBe(4);
    expect(changed.objects().filter(({ ok: good }) => good === false)).toMatchObject([
      { path: file, digest: 'differs' },
    ]);
    await truncate(recorded[1] ?? '', 100);
    await rm(recorded[0] ?? '');
    const gone = await run1('verify');
    expect(gone).toMatchObject({ code: 4, out: expect.stringMatching(/The file is gone[\s\S]*2 files not in order/) });
    expect((await ok('rescan', '--json')).objects()).toMatchObject([{ type: 'rescan', removed: 1 }]);
  });

  it('cut files that the library does not hold, to where they say', async () => {
    const file = 'Room_20261121T140000+0100.wav';
    const [cut] = (
      await ok('cut', file, '--from', '@14:00:05', '--to', '7.5', '--out', 'out/part.wav', '--json')
    ).objects();
    expect(cut).toMatchObject({
      file: at('out', 'part.wav'),
      from: 5,
      to: 7.5,
      fromAt: Date.parse('2026-11-21T13:00:05Z'),
    });
    const whole = (await readFile(at(file))).subarray(44);
    const part = await readFile(at('out', 'part.wav'));
    expect(part.includes(whole.subarray(5 * RATE * 2, 7.5 * RATE * 2))).toBe(true);
    const [section] = (
      await ok('cut', 'song.flac', '--section', 'loudest', '--out', 'out/burst.flac', '--json')
    ).objects();
    expect(section).toMatchObject({ from: expect.closeTo(BURST.from, 0), to: expect.closeTo(BURST.to, 0) });
    const [frames] = (
      await ok('cut', 'song.mp3', '--from', '1', '--to', '3', '--out', 'out/part.mp3', '--json')
    ).objects();
    // At frames, and it says which.
    expect((await probe(at('out', 'part.mp3'))).duration).toBeCloseTo(
      Number(frames?.['to']) - Number(frames?.['from']),
      1,
    );
    // Nothing is overwritten.
    await ok('cut', file, '--to', '1', '--out', 'out/part.wav');
    expect(existsSync(at('out', 'part_2.wav'))).toBe(true);
    await ok('export', 'convert', 'song.flac', '--format', 'opus', '--to', '2', '--out', 'out/two.opus');
    expect((await probe(at('out', 'two.opus'))).duration).toBeCloseTo(2, 1);
  });

  it('refuse files that are none, and leave nothing behind', async () => {
    const before = await readdir(at('out'));
    const refused: readonly (readonly [number, string | RegExp, ...string[]])[] = [
      [2, 'There is no file', 'cut', 'missing.wav', '--to', '1'],
      [2, 'There is no file', 'cut', 'song.mp3/x.wav', '--to', '1'],
      [2, 'is no file', 'cut', 'out', '--to', '1'],
      [1, 'cannot be read as audio', 'cut', 'text.wav', '--to', '1', '--out', 'out'],
      [2, 'Say what to cut', 'cut', 'song.mp3', '--out', 'out'],
      [2, 'after the beginning', 'cut', 'song.mp3', '--from', '3', '--to', '1', '--out', 'out'],
      [2, 'has no marker "Solo"', 'cut', 'song.mp3', '--marker', 'Solo', '--out', 'out'],
      [2, 'not in the library', 'export', 'csv', 'song.mp3', '--out', 'out'],
      [2, 'There is nothing at', 'verify', 'missing'],
      [1, 'is empty', 'cut', 'empty.wav', '--to', '1'],
      [1, 'is empty', 'analyse', 'empty.wav'],
      [2, 'from standard input', 'analyse', '-'],
      [2, 'from standard input', 'verify', '-'],
    ];
    await writeFile(at('empty.wav'), '');
    const noProfile = await longtake(['settings'], { cwd: folder, profile: at('text.wav', 'profile') });
    expect(noProfile).toMatchObject({ code: 1, err: expect.stringMatching(/^\S+: A part of it is no folder.*\n$/) });
    // They take turns on the profile.
    await Promise.all(refused.map(([code, words, ...args]) => fails(code, words, ...args)));
    expect(await readdir(at('out'))).toEqual(before);
    const checked = await run1('verify', 'text.wav', 'song.mp3');
    expect(checked).toMatchObject({ code: 4, out: expect.stringContaining('text.wav') });
  });

  it('end soon when nobody reads any more', async () => {
    const names = Array.from({ length: 400 }, () => at('song.flac')).join(' ');
    const program = join(import.meta.dirname, '../../out/main/longtake.js');
    const line = `{ '${process.execPath}' '${program}' analyse ${names}; echo "ended with $?" >&2; } | head -n 1`;
    const { stdout, stderr } = await run('sh', ['-c', line]);
    expect(stdout).toMatch(/song\.flac: 0:00:20\.0/);
    expect(stderr).toContain('ended with 130');
    // A disk that takes nothing is no reader that has gone.
    const full = run('sh', ['-c', `'${process.execPath}' '${program}' completion bash > /dev/full`]);
    await expect(full).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('The disk is full') });
  });

  it('import a folder once, and the sources of a configuration', async () => {
    await mkdir(at('old', '2020'), { recursive: true });
    await writeFile(at('old', '2020', 'Hut_20200102T030405Z.wav'), wav());
    await writeFile(at('old', 'torn.wav'), wav().subarray(0, 30));
    await writeFile(at('old', 'notes.txt'), 'x');
    // As an older system named it: `Küche.wav` in Latin-1.
    await writeFile(Buffer.from(at('old', 'K\u00FCche.wav'), 'latin1'), wav());
    const first = await run1('import', 'old', '--source', 'Hut');
    expect(first).toMatchObject({ code: 4, out: expect.stringMatching(/1 file imported, 2 refused\.\nAdded 1/) });
    expect(first.err).toContain('che.wav is left out. Its name is not in UTF-8: rename it.');
    expect((await run1('import', 'old', '--source', 'Hut')).out).toContain('1 there already');
    const [kept] = (await ok('verify', '--from-day', '2020-01-01', '--to-day', '2020-01-03', '--json')).objects();
    expect(kept).toMatchObject({
      ok: true,
      path: join(profile, 'Recordings', 'Hut', '2020', 'Hut_20200102T030405Z.wav'),
    });

    const config = '[general]\noutput_directory = rec\n\n[Küche]\ntype = stream\nurl = http://127.0.0.1:1/k.mp3\n';
    await writeFile(at('config.ini'), Buffer.from(config, 'latin1'));
    expect((await ok('import', 'config.ini', '--dry-run')).out).toContain('[Küche] would become');
    await ok('import', 'config.ini');
    expect((await ok('sources')).out).toContain('Küche');
    await writeFile(at('huge.ini'), Buffer.alloc(2_000_000, '#'));
    await fails(2, 'larger than 1 MB', 'import', 'huge.ini');
    await writeFile(at('bad.ini'), 'url = x\n');
    await fails(2, 'Nothing was imported', 'import', 'bad.ini');
    await fails(2, 'There is nothing at', 'import', 'missing');
  });

  it('list uploads and change them while nothing is sent', async () => {
    const path = join(profile, 'settings.json');
    const settings = JSON.parse(await readFile(path, 'utf8')) as object;
    const id = 'c4f3a5f6-1111-4222-8333-444455556666';
    const target = {
      id,
      name: 'Office',
      kind: 'longtake-server',
      url: 'http://127.0.0.1:1',
      auth: 'token',
      enabled: true,
    };
    await writeFile(path, JSON.stringify({ ...settings, targets: [target] }));
    const file = join(profile, 'Recordings', 'Hut', '2020', 'Hut_20200102T030405Z.wav');
    await ok('sessions', 'add', file, '--target', 'office');
    const [upload] = (await ok('sessions', '--json')).objects();
    expect(upload).toMatchObject({ type: 'upload', targetName: 'Office', state: 'waiting' });
    const short = String(upload?.['id']).slice(0, 8);
    await ok('sessions', 'pause', short);
    expect((await ok('sessions', 'list', '--state', 'paused', '--json')).objects()).toHaveLength(1);
    await fails(5, 'has nothing of this recording', 'sessions', 'finish', short);
    await ok('sessions', 'resume', '--target', 'Office');
    await ok('sessions', 'retry', '--all');
    await ok('sessions', 'discard', short);
    expect((await ok('sessions', 'list', '--state', 'discarded', '--json')).objects()).toHaveLength(1);
    await fails(2, 'no upload "ffff"', 'sessions', 'pause', 'ffff');
    await fails(2, 'no state "lost"', 'sessions', 'list', '--state', 'lost');
  });
});
