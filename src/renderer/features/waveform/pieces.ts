import type { Span } from '../../format/span.ts';
import type { TileId, Tiles } from './tiles.ts';

/** Points of one tile. */
export const TILE_POINTS = 2048;
/** So many levels up a coarser tile is looked for while the right one is on its way. */
const LOOK_UP = 8;
/** The coarsest level: a tile of it holds any recording there is. */
const COARSEST = 40;

/** How fine a picture is: `unit` is the length of a point of level 0, s. */
export interface Scale {
  readonly unit: number;
}

const lengthOfTile = ({ unit }: Scale, level: number): number => unit * 2 ** level * TILE_POINTS;

export function tileSpan(scale: Scale, { level, index }: TileId): Span {
  const length = lengthOfTile(scale, level);
  return { from: index * length, to: (index + 1) * length };
}

/** The level with at least one point per pixel. */
export function levelFor({ unit }: Scale, secondsPerPixel: number): number {
  return Math.min(COARSEST, Math.max(0, Math.floor(Math.log2(secondsPerPixel / unit))));
}

/** The tiles of a level that a stretch touches. */
export function tilesOf(scale: Scale, level: number, { from, to }: Span): TileId[] {
  const length = lengthOfTile(scale, level);
  const ids: TileId[] = [];
  for (let index = Math.max(0, Math.floor(from / length)); index * length < to; index += 1) ids.push({ level, index });
  return ids;
}

export interface Piece<Data> {
  readonly span: Span;
  readonly data: Data;
}

/** What there is to draw a stretch with: the right tile, a coarser one in its place, or `otherwise`. */
export function piecesOf<Data>(
  tiles: Tiles<Data>,
  scale: Scale,
  level: number,
  view: Span,
  otherwise: Data | undefined,
): Piece<Data>[] {
  const pieces: Piece<Data>[] = [];
  for (const id of tilesOf(scale, level, view)) {
    const span = tileSpan(scale, id);
    let data = tiles.get(id);
    for (let up = 1; data === undefined && up <= LOOK_UP; up += 1) {
      data = tiles.get({ level: level + up, index: Math.floor(id.index / 2 ** up) });
    }
    data ??= otherwise;
    if (data !== undefined) {
      pieces.push({ span: { from: Math.max(span.from, view.from), to: Math.min(span.to, view.to) }, data });
    }
  }
  return pieces;
}
