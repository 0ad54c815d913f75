import type { ServerContext } from '../context.ts';
import type { Recording, Session } from '../model.ts';
import { isDiskFull } from '../sessions/sessions.ts';

const DISK_FULL =
  'The disk of the server is full. Make room there, or tell whoever runs it. All that came is kept, and is put together by itself once there is room.';
const OTHER =
  'It could not be put together now; the log of the server says why. All that came is kept, and it is tried again by itself.';

type Ports = Pick<ServerContext, 'database' | 'storage'>;

/** What who waits for a recording is told of an error that may pass. */
export const reasonOf = (error: unknown): string => (isDiskFull(error) ? DISK_FULL : OTHER);

/** Why a recording is not made yet, for a person; undefined while nothing holds it up. */
export async function waitingOf(
  { database, storage }: Ports,
  { status, waiting, sessionId }: Recording,
): Promise<string | undefined> {
  if (status !== 'STITCHING') return undefined;
  if (waiting !== undefined) return waiting;
  // On a disk without any room not even the reason could be kept.
  const needed = (await database.sessions.get(sessionId))?.bytes ?? 0;
  return ((await storage.freeBytes()) ?? Infinity) < needed ? DISK_FULL : undefined;
}

/** Why the recording of a session is not made yet. */
export async function waitingOfSession(ports: Ports, { status, recordingId }: Session): Promise<string | undefined> {
  if (status !== 'finalizing' || recordingId === undefined) return undefined;
  const recording = await ports.database.recordings.get(recordingId);
  return recording && waitingOf(ports, recording);
}
