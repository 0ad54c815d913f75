/**
 * The line that a key leads to in a list of `length` lines; undefined for other keys, or when nothing moves.
 * `page` is the number of lines that fit into the view. Without an active line, every key leads to the first.
 */
export function nextActive(key: string, active: number | undefined, length: number, page: number): number | undefined {
  const here = active ?? -1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: here + 1,
    ArrowUp: here - 1,
    PageDown: here + page,
    PageUp: here - page,
    Home: 0,
    End: length - 1,
  };
  const target = steps[key];
  if (target === undefined || length === 0) return undefined;
  return Math.max(0, Math.min(length - 1, target));
}
