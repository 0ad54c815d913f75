import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** Beside a database that was closed well: how it was then. */
const markOf = (path: string): string => `${path}-closed`;

/**
 * Notes that the database at `path` is closed, with all that was written. Nothing is noted while its write-ahead log is
 * there, for then somebody else has it open. May throw a Node error of the disk; a mark that is cut short means nothing.
 */
export function markClosed(path: string): void {
  if (!existsSync(`${path}-wal`)) writeFileSync(markOf(path), stateOf(path));
}

/** The database is as it was when it was closed well. */
export function wasClosedWell(path: string): boolean {
  if (!existsSync(markOf(path)) || !existsSync(path) || existsSync(`${path}-wal`)) return false;
  return readFileSync(markOf(path), 'latin1') === stateOf(path);
}

/** {@link wasClosedWell}, and from now on it is not. */
export function takeClosedMark(path: string): boolean {
  const was = wasClosedWell(path);
  rmSync(markOf(path), { force: true });
  return was;
}

/** A file of the same size that was written at the same nanosecond is the same file. */
function stateOf(path: string): string {
  const { size, mtimeNs } = statSync(path, { bigint: true });
  return `${size} ${mtimeNs}\n`;
}
