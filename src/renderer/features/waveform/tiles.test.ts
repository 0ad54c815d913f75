import { describe, expect, it } from 'vitest';
import { levelFor, piecesOf, TILE_POINTS, tilesOf } from './pieces.ts';
import { type TileId, Tiles } from './tiles.ts';

const name = ({ level, index }: TileId): string => `${level}/${index}`;

/** Tiles whose arrival the test decides. */
function makeTiles(most = 100) {
  const asked: { readonly id: string; arrive(): void; fail(): void }[] = [];
  const failures: unknown[] = [];
  let changes = 0;
  const tiles = new Tiles<string>({
    fetch: (id) =>
      new Promise((resolve, reject) => {
        asked.push({ id: name(id), arrive: () => resolve(name(id)), fail: () => reject(new Error(name(id))) });
      }),
    changed: () => void (changes += 1),
    failed: (error) => failures.push(error),
    most,
  });
  const ids = () => asked.map(({ id }) => id);
  return { tiles, asked, ids, failures, changes: () => changes };
}

const at = (level: number, ...indices: number[]): TileId[] => indices.map((index) => ({ level, index }));
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('tiles', () => {
  it('are asked for two at a time, and what is no longer in sight is not asked for', async () => {
    const { tiles, asked, ids, changes } = makeTiles();
    tiles.want(at(0, 1, 2, 3, 4));
    expect(ids()).toEqual(['0/1', '0/2']);
    tiles.want(at(0, 9));
    asked[0]?.arrive();
    await settled();
    expect(ids()).toEqual(['0/1', '0/2', '0/9']);
    expect(changes()).toBe(1);
    expect(tiles.get({ level: 0, index: 1 })).toBe('0/1');
    expect(tiles.get({ level: 0, index: 2 })).toBeUndefined();
  });
  it('are not asked for twice, unless they are stale; then they are drawn until the new one is there', async () => {
    const { tiles, asked, ids } = makeTiles();
    tiles.want(at(0, 1));
    tiles.want(at(0, 1));
    asked[0]?.arrive();
    await settled();
    tiles.want(at(0, 1));
    expect(ids()).toEqual(['0/1']);
    tiles.markStale((data) => data === '0/1');
    expect(ids()).toEqual(['0/1', '0/1']);
    expect(tiles.get({ level: 0, index: 1 })).toBe('0/1');
  });
  it('are forgotten when there are too many, those that were used longest ago first', async () => {
    const { tiles, asked } = makeTiles(2);
    for (const index of [1, 2]) {
      tiles.want(at(0, index));
      asked.at(-1)?.arrive();
      await settled();
    }
    tiles.get({ level: 0, index: 1 });
    tiles.want(at(0, 3));
    asked.at(-1)?.arrive();
    await settled();
    expect([1, 2, 3].map((index) => tiles.get({ level: 0, index }))).toEqual(['0/1', undefined, '0/3']);
  });
  it('rest after a failure', async () => {
    const { tiles, asked, ids, failures } = makeTiles();
    tiles.want(at(0, 1));
    asked[0]?.fail();
    await settled();
    tiles.want(at(0, 2));
    expect(failures).toHaveLength(1);
    expect(ids()).toEqual(['0/1']);
    tiles.close();
  });
  it('bring nothing after the end', async () => {
    const { tiles, asked, changes } = makeTiles();
    tiles.want(at(0, 1));
    tiles.close();
    asked[0]?.arrive();
    await settled();
    expect(changes()).toBe(0);
  });
});

describe('pieces', () => {
  const scale = { unit: 1 / 48_000 };
  it('have a point or more for every pixel', () => {
    expect(levelFor(scale, 1 / 48_000)).toBe(0);
    expect(levelFor(scale, 1 / 96_000)).toBe(0);
    expect(levelFor(scale, 4.9 / 48_000)).toBe(2);
    expect(levelFor(scale, 86_400 / 1000)).toBe(21);
  });
  it('cover what is seen', () => {
    const tile = TILE_POINTS / 48_000;
    expect(tilesOf(scale, 0, { from: 0, to: tile }).map(name)).toEqual(['0/0']);
    expect(tilesOf(scale, 0, { from: tile * 1.5, to: tile * 3.1 }).map(name)).toEqual(['0/1', '0/2', '0/3']);
  });
  it('are drawn from a coarser tile until the right one is there, and else from what there is', async () => {
    const { tiles, asked } = makeTiles();
    const tile = TILE_POINTS / 48_000;
    const view = { from: tile * 2, to: tile * 3.5 };
    tiles.want(at(1, 1));
    asked[0]?.arrive();
    await settled();
    expect(piecesOf(tiles, scale, 0, view, undefined)).toEqual([
      { span: { from: tile * 2, to: tile * 3 }, data: '1/1' },
      { span: { from: tile * 3, to: tile * 3.5 }, data: '1/1' },
    ]);
    expect(piecesOf(tiles, scale, 0, { from: 0, to: tile }, 'all').map(({ data }) => data)).toEqual(['all']);
    expect(piecesOf(tiles, scale, 0, { from: 0, to: tile }, undefined)).toEqual([]);
  });
});
