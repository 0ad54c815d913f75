import type { Body } from './body.ts';

/** How much of the first `bytes` of a body is not safe yet, ms; a target may have more than was looked at. */
export function behindMs(body: Pick<Body, 'durationMs'>, bytes: number, safeBytes: number): number {
  const end = Math.max(bytes, safeBytes);
  return Math.max(0, Math.round(body.durationMs(end) - body.durationMs(safeBytes)));
}
