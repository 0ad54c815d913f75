import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHeadlessLog } from './log.ts';

describe('openHeadlessLog', () => {
  let folder: string;
  let printed: string;
  beforeEach(() => {
    printed = '';
    folder = mkdtempSync(join(tmpdir(), 'longtake-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const terminal = {
    write: (text: string) => {
      printed += text;
    },
  };
  const now = (): number => new Date(2026, 10, 21, 14, 3, 5, 7).getTime();

  it('writes the same lines to the terminal and to the file, in local time, from its level on', async () => {
    const file = join(folder, 'logs', 'a.log');
    const log = openHeadlessLog({ level: 'info', file, terminal, now });
    log.debug('not this');
    log.scoped('recorder').warn('http://a:b@host is gone.', { attempt: 1 });
    await log.close();
    expect(printed).toBe('2026-11-21 14:03:05,007 WARNING recorder: http://***@host is gone. {"attempt":1}\n');
    expect(readFileSync(file, 'utf8')).toBe(printed);
  });

  it('writes and rotates the log of a profile as the desktop does', async () => {
    const file = join(folder, 'longtake.log');
    const line = (): Promise<void> => {
      const log = openHeadlessLog({ level: 'info', file, ofProfile: true, terminal, now });
      log.scoped('studio/recorder').warn('Gone.', { attempt: 1 });
      return log.close();
    };
    await line();
    expect(printed).toBe('2026-11-21 14:03:05,007 WARNING studio/recorder: Gone. {"attempt":1}\n');
    const text = readFileSync(file, 'utf8');
    expect(text).toBe(`${new Date(now()).toISOString()} warn [studio/recorder] Gone. {"attempt":1}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'x'.repeat(10 * 1024 * 1024 + 1));
    await line();
    expect(readdirSync(folder).toSorted()).toEqual(['longtake.1.log', 'longtake.log']);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('adds to what is there', async () => {
    const file = join(folder, 'a.log');
    writeFileSync(file, 'before\n');
    const log = openHeadlessLog({ level: 'info', file, terminal, now });
    log.info('after');
    await log.close();
    expect(readFileSync(file, 'utf8')).toMatch(/^before\n2026.* INFO after\n$/);
  });

  it('makes room when it is full, and keeps a bounded number of full ones', async () => {
    const file = join(folder, 'a.log');
    for (const text of ['first', 'second', '3', '4', '5', '6', 'newest']) {
      writeFileSync(file, `${text}${'x'.repeat(10 * 1024 * 1024 + 1)}`);
      const log = openHeadlessLog({ level: 'info', file, terminal, now });
      log.info('on');
      await log.close();
    }
    expect(readdirSync(folder).toSorted()).toEqual(['a.log', 'a.log.1', 'a.log.2', 'a.log.3', 'a.log.4', 'a.log.5']);
    expect(readFileSync(`${file}.1`, 'utf8').slice(0, 6)).toBe('newest');
    expect(statSync(file).size).toBeLessThan(100);
  });

  it('says so when its file cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openHeadlessLog({ level: 'info', file: join(folder, 'file', 'a.log'), terminal, now })).toThrow(
      /ENOTDIR|EEXIST/,
    );
  });

  it('goes on without a file that cannot be written', async () => {
    const log = openHeadlessLog({ level: 'info', file: folder, terminal, now });
    log.info('one');
    await log.close();
    log.info('two');
    expect(printed).toContain('INFO two');
  });

  it('prints alone when there is no file', async () => {
    const log = openHeadlessLog({ level: 'error', file: undefined, terminal, now });
    log.error('one');
    await log.close();
    expect(printed).toContain('ERROR one');
  });
});
