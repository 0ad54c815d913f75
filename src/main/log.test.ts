import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog } from './log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-log-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('openLog', () => {
  it('writes the level, the part, the sentence and its data, without secrets', () => {
    const log = openLog({ folder: join(folder, 'logs'), echo: false });
    log.info('Started.');
    log.scoped('studio').scoped('recorder').warn('Lost http://a:hunter2@h/.', { attempt: 2 });
    const lines = readFileSync(join(folder, 'logs', 'longtake.log'), 'utf8')
      .trim()
      .split('\n');
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\S* info Started\.$/);
    expect(lines[1]).toMatch(/ warn \[studio\/recorder\] Lost http:\/\/\*\*\*@h\/\. \{"attempt":2\}$/);
  });

  it('starts a new file when one is full and keeps five of them', () => {
    const log = openLog({ folder, echo: false });
    const text = 'x'.repeat(8000);
    for (let line = 0; line < 5000; line += 1) log.debug(`${line} ${text}`);
    expect(readdirSync(folder).toSorted()).toEqual(
      [
        'longtake.1.log',
        'longtake.2.log',
        'longtake.3.log',
        'longtake.4.log',
        'longtake.5.log',
        'longtake.log',
      ].toSorted(),
    );
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThan(5.1 * 1024 * 1024);
    const newest = readFileSync(join(folder, 'longtake.log'), 'utf8').trim().split('\n').at(-1);
    expect(newest).toContain(' 4999 ');
    expect(readFileSync(join(folder, 'longtake.5.log'), 'utf8')).not.toContain(' debug 0 ');
  });
});
