import { errorText } from '../shared/errors.ts';
import type { ServerContext } from './context.ts';
import type { Session } from './model.ts';
import { DAY_MS, deleteRecording, expiresAt } from './recordings/recordings.ts';
import { titleOf } from './sessions/finalizeRoute.ts';
import { lengthLeft } from './sessions/length.ts';
import { SESSIONS, sessionFolder } from './storage/keys.ts';
import { isLeftOver } from './storage/storage.ts';

/** Sessions that are as long as they may be are looked for this often, ms. */
const LENGTH_LOOK_MS = 5000;
/** Nobody tells of what is older, ms. */
const OUTBOX_MS = 30 * 24 * 3_600_000;
const PAGE = 500;

/** Cleans up at the start and from time to time, until the server's scope ends. */
export async function startCleanup(context: ServerContext): Promise<void> {
  const { config, log, scope } = context;
  const running = new Set<Promise<void>>();
  const follow = (work: () => Promise<void>): void => {
    const followed = work()
      .catch((error: unknown) => {
        if (!scope.ended) log.error('Cleaning up failed, and is tried again.', { error: errorText(error) });
      })
      .finally(() => running.delete(followed));
    running.add(followed);
  };
  scope.add(async () => {
    await Promise.all(running);
  });
  if (config.startupCleanup) await cleanUp(context);
  if (config.cleanupIntervalMs > 0) scope.interval(config.cleanupIntervalMs, () => follow(() => cleanUp(context)));
  if (Number.isFinite(config.maxDurationMs)) {
    scope.interval(Math.min(LENGTH_LOOK_MS, config.maxDurationMs), () => follow(() => endLongOnes(context)));
  }
}

/** Ends quiet sessions, removes what has expired and what was left over. */
export async function cleanUp(context: ServerContext): Promise<void> {
  const { database, now } = context;
  await endQuietOnes(context);
  await removeLeftOvers(context);
  await removeExpired(context);
  await database.outbox.removeBefore(now() - OUTBOX_MS);
  await database.rates.removeBefore(now());
}

/** Audio is never thrown away for being quiet: it becomes a recording. */
async function endQuietOnes(context: ServerContext): Promise<void> {
  const { config, database, log, now, sessions } = context;
  const quiet = await database.sessions.list({ statuses: ['recording'], quietSince: now() - config.sessionTtlMs });
  for (const session of quiet) {
    if (session.chunkCount === 0) await sessions.expire(session);
    else await finalizeByItself(context, session);
    log.info('A session was quiet for too long and was ended.', { session: session.id, chunks: session.chunkCount });
  }
}

async function endLongOnes(context: ServerContext): Promise<void> {
  const { config, database, log, now } = context;
  const open = await database.sessions.list({ statuses: ['recording'], limit: Infinity });
  for (const session of open) {
    // What is still on its way into a gap may come.
    const hasGap = session.chunkCount >= session.expectedIndex;
    if (session.whole || hasGap || lengthLeft(session, config.maxDurationMs, now()) > 0) continue;
    if (session.chunkCount === 0) await context.sessions.expire(session);
    else await finalizeByItself(context, session);
    log.info('A session is as long as a recording may be and was ended.', { session: session.id });
  }
}

async function finalizeByItself({ now, sessions }: ServerContext, session: Session): Promise<void> {
  await sessions.finalize(session, {
    metadata: session.metadata,
    title: titleOf(undefined, session, now()),
    notes: undefined,
    folderId: undefined,
    meetingDate: session.startedAt,
    chunkCount: undefined,
    bytes: undefined,
    takesGaps: true,
  });
}

/** What belongs to no session that is open, and parts of chunks that never became whole, once they are old. */
async function removeLeftOvers({ config, database, log, now, storage }: ServerContext): Promise<void> {
  const before = now() - config.sessionTtlMs;
  for (const id of await storage.folders(SESSIONS)) {
    const status = (await database.sessions.get(id))?.status;
    const isOpen = status === 'recording' || status === 'finalizing' || status === 'failed';
    const entries = [];
    for await (const entry of storage.list(sessionFolder(id))) entries.push(entry);
    if (!isOpen && entries.every(({ modifiedAt }) => modifiedAt < before)) {
      await storage.removeAll(sessionFolder(id));
      log.info('What was left of a session was removed.', { session: id, status: status ?? 'unknown' });
    }
    const parts = isOpen ? entries.filter(({ key, modifiedAt }) => isLeftOver(key) && modifiedAt < before) : [];
    for (const { key } of parts) await storage.remove(key);
  }
}

async function removeExpired(context: ServerContext): Promise<void> {
  const { config, database, log, now } = context;
  if (config.expirationDays === undefined) return;
  const createdBefore = now() - config.expirationDays * DAY_MS + 1;
  for (let before: number | undefined; ;) {
    const page = await database.recordings.list({
      limit: PAGE,
      createdBefore,
      ...(before === undefined ? {} : { before }),
    });
    for (const recording of page) {
      if ((expiresAt(recording, config) ?? Infinity) > now()) continue;
      await deleteRecording(context, recording);
      log.info('A recording has expired and was deleted.', { recording: recording.id });
    }
    before = page.at(-1)?.id;
    if (before === undefined) return;
  }
}
