import { errorText } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Driver, UploadMeta } from './driver.ts';
import { failureClass } from './failures.ts';
import type { Changes, Entry } from './rows.ts';

/** A session that the target is to throw away; one that it has made a recording of is not ours any more. */
export function unwanted({ sessionId, remoteId, openKey, unwantedKey }: Entry): Changes {
  if (remoteId !== undefined) return {};
  if (sessionId !== undefined) return { unwantedSession: sessionId };
  return openKey === undefined || unwantedKey !== undefined ? {} : { unwantedKey: openKey, openKey: undefined };
}

/**
 * Has a target throw away what nobody wants of an upload; returns what is to be noted then. Rejects when it could not be
 * asked; what it does not know, or does not do, is as good as thrown away.
 */
export async function throwAway(
  { unwantedSession, unwantedKey }: Entry,
  driver: Driver,
  meta: UploadMeta,
  log: Log,
  signal: AbortSignal,
): Promise<Changes> {
  try {
    if (unwantedSession !== undefined) await driver.discard(unwantedSession, signal);
    if (unwantedKey !== undefined) {
      const opened = await driver.opened?.(unwantedKey, meta, signal);
      if (opened !== undefined && opened !== unwantedSession) await driver.discard(opened, signal);
    }
  } catch (error) {
    const kind = failureClass(error);
    if (signal.aborted || (kind !== 'gone' && kind !== 'resync')) throw error;
    log.warn('A target did not throw a session away.', { error: errorText(error) });
  }
  return { unwantedSession: undefined, unwantedKey: undefined };
}
