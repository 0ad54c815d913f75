import type { Target } from '../../../shared/domain/target.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { isPage, parseUrl } from '../../../shared/webAddress.ts';

/** What stands before the first dot of a bucket that has a host of its own. */
const AMAZON = (region: string): string => `https://s3.${region}.amazonaws.com`;

/**
 * The page of a recording at its target. Throws NOT_FOUND when there is none, and NOT_ALLOWED for one that is not of the
 * target itself, or that is not encrypted: what a server says is not opened on its word.
 */
export function recordingPage(link: string | undefined, target: Target | undefined): URL {
  const url = link === undefined ? undefined : parseUrl(link);
  if (!url || !target) throw new LongtakeError('NOT_FOUND', 'The target has no page for this recording.');
  if (!originsOf(target).includes(url.origin)) {
    throw new LongtakeError(
      'NOT_ALLOWED',
      `The link leads to ${url.host}, which is not ${target.name}. Copy it instead.`,
    );
  }
  if (isPage(url)) return url;
  throw new LongtakeError('NOT_ALLOWED', 'The link has no encryption, and is not opened from here. Copy it instead.');
}

function originsOf(target: Target): readonly string[] {
  if (target.kind !== 's3') return [new URL(target.url).origin];
  const base = new URL(target.endpoint ?? AMAZON(target.region));
  if (target.pathStyle) return [base.origin];
  const own = new URL(base);
  own.hostname = `${target.bucket}.${base.hostname}`;
  return [own.origin];
}
