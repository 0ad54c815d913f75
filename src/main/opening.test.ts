import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { opened, openInStudio } from './opening.ts';

const start = (...given: readonly string[]) => ({ kind: 'start', isFirst: false, given, folder: '/music' }) as const;

test('links and files are told from flags, and files found from where they were named', () => {
  const request = start(
    '--hidden',
    'a.wav',
    '/b.flac',
    'longtake://recording/x?t=1',
    'LONGTAKE:y',
    '-x',
    '',
    'notes.txt',
  );
  const inCheckout = [
    { path: '/music/a.wav' },
    { path: '/b.flac' },
    { link: 'longtake://recording/x?t=1' },
    { link: 'LONGTAKE:y' },
  ];
  expect(opened(request, false)).toEqual(inCheckout);
  expect(opened(request, true)).toEqual([...inCheckout, { path: '/music/notes.txt' }]);
  expect(opened({ kind: 'address', address: 'longtake://x' }, true)).toEqual([{ link: 'longtake://x' }]);
  expect(opened({ kind: 'file', path: '/c.ogg' }, true)).toEqual([{ path: '/c.ogg' }]);
});

test('an address of a file is one, but not one of another computer', () => {
  expect(opened(start(pathToFileURL('/music/ä b.mp3').href), true)).toEqual([{ path: '/music/ä b.mp3' }]);
  expect(opened(start('file://elsewhere/a.mp3', 'file:///%00.mp3'), true).length).toBeLessThanOrEqual(1);
});

test('a start opens so many at most', () => {
  expect(opened(start(...Array.from({ length: 500 }, (_, index) => `${index}.wav`)), true)).toHaveLength(20);
});

test.skipIf(process.platform === 'win32')('a pipe is not opened, for it would be read for ever', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longtake-opening-'));
  try {
    writeFileSync(join(folder, 'a.wav'), '');
    execFileSync('mkfifo', [join(folder, 'b.wav')]);
    const paths: string[] = [];
    const handlers = {
      'opening.link': () => undefined,
      'opening.file': ({ path }: { path: string }) => void paths.push(path),
    };
    await openInStudio({ ...start('a.wav', 'b.wav', 'gone.wav'), folder }, true, handlers, silentLog);
    expect(paths).toEqual([join(folder, 'a.wav'), join(folder, 'gone.wav')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
