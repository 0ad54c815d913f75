import { errorText } from '../../shared/errors.ts';
import type { UploadId } from '../../shared/units.ts';
import { behindMs } from './behind.ts';
import type { BodyPorts, HeldBody } from './heldBody.ts';

/** How far an upload falls behind is told this often, ms. */
const TELL_MS = 5000;

/** Encoded anew while it is sent: how much that will be, nobody knows before. */
const encoded: ReadonlySet<string> = new Set(['opus', 'cmaf']);

/**
 * Waits for what holds an upload up, and tells meanwhile how far it falls behind what is recorded. Nothing else may use
 * the body before this resolves.
 */
export async function tellMeanwhile<Value>(
  wait: () => Promise<Value>,
  id: UploadId,
  body: HeldBody,
  ports: Pick<BodyPorts, 'store' | 'line' | 'log'>,
): Promise<Value> {
  let told: Promise<void> | undefined;
  const timer = setInterval(() => {
    told ??= tell(id, body, ports).finally(() => {
      told = undefined;
    });
  }, TELL_MS);
  try {
    return await wait();
  } finally {
    clearInterval(timer);
    await told;
  }
}

async function tell(
  id: UploadId,
  held: HeldBody,
  { store, line, log }: Pick<BodyPorts, 'store' | 'line' | 'log'>,
): Promise<void> {
  try {
    const entry = store.find(id);
    if (!entry?.live || entry.way !== 'session' || entry.endsAt !== undefined) return;
    if (encoded.has(line.driver.form(entry.recording).kind)) return;
    const body = await held.open(entry);
    const bytes = Math.max((await body.stable()).bytes, entry.safeBytes);
    const behind = behindMs(body, bytes, entry.safeBytes);
    if (bytes !== entry.bytes || behind !== entry.behindMs) store.progress(id, { bytes, behindMs: behind });
  } catch (error) {
    // Whoever needs the body tells of it.
    log.debug('How far an upload is behind cannot be told.', { uploadId: id, error: errorText(error) });
  }
}
