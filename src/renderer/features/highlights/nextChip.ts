/**
 * Where a key leads in a grid of `length` chips in rows of `columns`, from `active` (-1: none); undefined for other
 * keys, or when nothing moves.
 */
export function nextChip(key: string, active: number, length: number, columns: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: active + 1,
    ArrowLeft: active - 1,
    ArrowDown: active < 0 ? 0 : active + columns,
    ArrowUp: active - columns,
    Home: 0,
    End: length - 1,
  };
  const target = steps[key];
  if (target === undefined || length === 0) return undefined;
  return Math.max(0, Math.min(length - 1, target));
}
