import { compareEntries, type Entry } from './entry.ts';

/** With more than so many changes it is cheaper to go through all. */
const FEW = 32;

/** Index of the first that began at `at` or later. */
export function lowerBound(list: readonly Entry[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.startedAt ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first that began after `at`. */
export function upperBound(list: readonly Entry[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.startedAt ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `list` without `gone` and with `come`, in order. Those that are in both have moved; the others are in order. */
export function reordered(list: readonly Entry[], gone: ReadonlySet<Entry>, come: readonly Entry[]): readonly Entry[] {
  const news = [...come].sort(compareEntries);
  if (gone.size + news.length > FEW) return merged(without(list, gone), news);
  const order = [...list];
  for (const entry of gone) {
    const at = order.indexOf(entry);
    if (at >= 0) order.splice(at, 1);
  }
  for (const entry of news) order.splice(placeOf(order, entry), 0, entry);
  return order;
}

function without(list: readonly Entry[], gone: ReadonlySet<Entry>): readonly Entry[] {
  return gone.size === 0 ? list : list.filter((entry) => !gone.has(entry));
}

function merged(list: readonly Entry[], news: readonly Entry[]): readonly Entry[] {
  const order: Entry[] = [];
  let next = 0;
  for (const entry of list) {
    for (let one = news[next]; one && compareEntries(one, entry) < 0; one = news[next]) {
      order.push(one);
      next += 1;
    }
    order.push(entry);
  }
  for (const entry of news.slice(next)) order.push(entry);
  return order;
}

function placeOf(order: readonly Entry[], entry: Entry): number {
  let at = lowerBound(order, entry.startedAt);
  for (let other = order[at]; other && compareEntries(other, entry) < 0; other = order[at]) at += 1;
  return at;
}
