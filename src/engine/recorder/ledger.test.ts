import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryFileSystem, nodeError } from '../../../test/support/memoryFileSystem.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../../shared/domain/ledger.ts';
import { Ledger } from './ledger.ts';

const NOVEMBER = Date.UTC(2026, 10, 21);
const DECEMBER = Date.UTC(2026, 11, 1);

function armed(sourceName: string, at = NOVEMBER): LedgerEntry {
  return { type: 'armed', at, sourceId: '5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11', sourceName };
}

describe('Ledger', () => {
  let disk: MemoryFileSystem;
  let ledger: Ledger;

  beforeEach(() => {
    vi.useFakeTimers();
    disk = new MemoryFileSystem();
    ledger = new Ledger(disk, silentLog);
  });
  afterEach(() => vi.useRealTimers());

  const names = (root: string, month = '2026-11'): string[] => {
    const text = new TextDecoder().decode(disk.files.get(`${root}/.longtake/ledger/${month}.jsonl`));
    return text
      .split('\n')
      .flatMap((line) => {
        if (line === '') return [];
        try {
          return [ledgerEntrySchema.parse(JSON.parse(line))];
        } catch {
          return [];
        }
      })
      .map((entry) => ('sourceName' in entry ? entry.sourceName : ''));
  };

  it('keeps the order, a file per month', async () => {
    for (const name of ['a', 'b']) ledger.write('/r', armed(name));
    for (const name of ['c', 'd']) ledger.write('/r', armed(name, DECEMBER));
    await ledger.flushed();
    expect(names('/r')).toEqual(['a', 'b']);
    expect(names('/r', '2026-12')).toEqual(['c', 'd']);
  });

  it('writes to the new folder although the disk of the old one is dead', async () => {
    disk.beforeWrite = (path) => {
      if (path.startsWith('/dead')) throw nodeError('EIO');
    };
    ledger.write('/dead', armed('a'));
    await ledger.flushed();
    ledger.write('/new', armed('b'));
    await ledger.flushed();
    expect(names('/new')).toEqual(['b']);
  });

  it('does not wait for a disk that hangs to write to another', async () => {
    disk.beforeWrite = (path) => (path.startsWith('/hung') ? new Promise<void>(() => undefined) : undefined);
    ledger.write('/hung', armed('a'));
    ledger.write('/new', armed('b'));
    await expect.poll(() => names('/new')).toEqual(['b']);
  });

  it('writes what a full disk refused once there is room, also when nothing else happens', async () => {
    let full = true;
    disk.beforeWrite = () => {
      if (full) throw nodeError('ENOSPC');
    };
    ledger.write('/r', armed('a'));
    ledger.write('/r', armed('b'));
    await ledger.flushed();
    expect(disk.files.size).toBe(0);
    full = false;
    await vi.advanceTimersByTimeAsync(6000);
    await ledger.flushed();
    expect(names('/r')).toEqual(['a', 'b']);
  });

  it('holds at most 10,000 entries, the newest', async () => {
    let full = true;
    disk.beforeWrite = () => {
      if (full) throw nodeError('ENOSPC');
    };
    for (let index = 0; index < 10_050; index += 1) ledger.write('/r', armed(String(index)));
    await ledger.flushed();
    full = false;
    ledger.write('/r', armed('last'));
    await ledger.flushed();
    const kept = names('/r');
    expect(kept.length).toBe(10_000);
    expect(kept.at(0)).toBe('51');
    expect(kept.at(-1)).toBe('last');
  });
});
