import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { NotifySend } from './notifySend.ts';

let folder: string;
let done: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-notify-'));
  done = [];
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A program that keeps what it is given, and does what is told. */
async function standIn(does: string, help = '--action'): Promise<NotifySend> {
  const path = join(folder, 'notify-send');
  await writeFile(
    path,
    `#!/bin/sh\nif [ "$1" = --help ]; then echo '${help}'; exit; fi\nprintf '%s\\n' "$@" > '${folder}/given'\n${does}\n`,
  );
  await chmod(path, 0o755);
  return new NotifySend(silentLog);
}

const notice = {
  title: '--Alarm',
  body: 'A & B <quiet>',
  urgent: true,
  actions: [{ label: 'Seen', run: () => void done.push('seen') }],
  onClick: () => void done.push('click'),
};

test('a notice has its buttons, and what is chosen is done', async () => {
  expect(await (await standIn('echo 0')).offer(notice)).toBe(true);
  expect(done).toEqual(['seen']);
  const given = (await readFile(join(folder, 'given'), 'utf8')).trim().split('\n');
  expect(given.slice(2)).toEqual([
    '--urgency=critical',
    '--action=default=Open Longtake',
    '--action=0=Seen',
    '--',
    '--Alarm',
    'A &amp; B &lt;quiet&gt;',
  ]);
  expect(await (await standIn('echo default')).offer(notice)).toBe(true);
  expect(await (await standIn('exit 0')).offer(notice)).toBe(true);
  expect(await (await standIn('echo 7')).offer(notice)).toBe(true);
  expect(done).toEqual(['seen', 'click']);
});

test('what cannot be shown with buttons is for another to show', async () => {
  expect(await (await standIn('exit 1')).offer(notice)).toBe(false);
  expect(await (await standIn('echo 0', 'an older one')).offer(notice)).toBe(false);
  await rm(join(folder, 'notify-send'));
  vi.stubEnv('PATH', folder);
  expect(await new NotifySend(silentLog).offer(notice)).toBe(false);
  expect(done).toEqual([]);
});

test('no answer is waited for after the end', async () => {
  const send = await standIn(`exec cat '${'/dev/zero'}' > /dev/null`);
  const offered = send.offer(notice);
  await vi.waitFor(async () => readFile(join(folder, 'given')), { timeout: 120_000 });
  send.end();
  expect(await offered).toBe(true);
  expect(done).toEqual([]);
});
