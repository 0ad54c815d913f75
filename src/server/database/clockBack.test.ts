import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Database } from './database.ts';
import { openSqlite } from './sqlite.ts';

const MINUTE = 60_000;
const YEAR = 365 * 86_400_000;
const NOW = Date.parse('2026-11-21T14:00:00Z');

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-clock-'));
  database = openSqlite(join(folder, 'server.db'), silentLog);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a clock that is put back by a year', () => {
  it('counts what an address does anew', async () => {
    const hit = async (at: number) => (await database.rates.hit('key', MINUTE, at)).count;
    expect([await hit(NOW + YEAR), await hit(NOW + YEAR)]).toEqual([1, 2]);
    expect([await hit(NOW), await hit(NOW + 1), await hit(NOW + MINUTE)]).toEqual([1, 2, 1]);
  });

  it('keeps no recording from being made', async () => {
    await database.jobs.ensure('0b6a3c7e-0d2f-4a40-9a52-6a3f9f4e0001', 1, NOW + YEAR);
    expect(await database.jobs.claim('one', NOW, MINUTE)).toMatchObject({ recordingId: 1 });
    const other = await database.jobs.claim('two', NOW, MINUTE);
    expect(other).toBeUndefined();
  });

  it('keeps no message from being sent', async () => {
    const at = NOW + YEAR;
    const delivery = { id: 'one', kind: 'webhook', entryId: 1, recordingId: undefined, body: '{}' } as const;
    await database.deliveries.add([{ ...delivery, createdAt: at, nextTryAt: at }], 1);
    expect(await database.deliveries.claim(NOW, MINUTE)).toMatchObject({ id: 'one' });
    expect(await database.deliveries.claim(NOW, MINUTE)).toBeUndefined();
  });
});
