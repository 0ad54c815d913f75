import { LongtakeError } from '../../../shared/errors.ts';
import type { OpenBody } from '../../upload/body.ts';

/** The bytes of recordings as targets take them. */
export function createBodies(): OpenBody {
  return () =>
    Promise.reject(new LongtakeError('NOT_ALLOWED', 'This version of Longtake cannot upload this recording yet.'));
}
