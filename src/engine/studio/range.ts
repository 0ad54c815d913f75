/** What a Range header asks for. `first` and `last` are inclusive byte positions. */
export type RequestedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: RequestedRange = { kind: 'whole' };
const UNSATISFIABLE: RequestedRange = { kind: 'unsatisfiable' };

/**
 * Reads a Range header (RFC 9110 14.2) for a file of `size` bytes. A header that is malformed, has another unit
 * or asks for several ranges is ignored, which the specification allows: the answer is then the whole file.
 */
export function parseRange(header: string | null, size: number): RequestedRange {
  const match = /^\s*bytes\s*=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '');
  const [from, to] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (from === '' && to === '') return WHOLE;
  if (from === '') return suffix(Number(to), size);
  const first = Number(from);
  const last = to === '' ? size - 1 : Number(to);
  if (to !== '' && last < first) return WHOLE;
  return first < size ? { kind: 'part', first, last: Math.min(last, size - 1) } : UNSATISFIABLE;
}

/** The last `length` bytes (RFC 9110 14.1.2). */
function suffix(length: number, size: number): RequestedRange {
  if (length === 0 || size === 0) return UNSATISFIABLE;
  return { kind: 'part', first: Math.max(0, size - length), last: size - 1 };
}
