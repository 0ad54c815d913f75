import { type LongtakeBridge, mediaAddress, mediaUrl } from '../../shared/contract/bridge.ts';
import type { EventName, EventPayload } from '../../shared/contract/events.ts';
import type { RequestInput, RequestName, RequestOutput, Source } from '../../shared/contract/requests.ts';
import { fromWireError, LongtakeError } from '../../shared/errors.ts';

export { mediaAddress, mediaUrl };
export type { EventName, EventPayload, RequestInput, RequestName, RequestOutput, Source };

declare global {
  interface Window {
    /** Absent when the page is opened outside of the studio. */
    readonly longtake?: LongtakeBridge;
  }
}

type ConnectionListener = (connected: boolean) => void;
const connectionListeners = new Set<ConnectionListener>();

/** Tells whether the last request reached the studio. Returns a function that ends the subscription. */
export function onConnection(listener: ConnectionListener): () => void {
  connectionListeners.add(listener);
  return () => void connectionListeners.delete(listener);
}

function reportConnection(connected: boolean): void {
  for (const listener of connectionListeners) listener(connected);
}

function bridge(): LongtakeBridge {
  if (!window.longtake) {
    throw new LongtakeError('INTERNAL', 'This page works inside of Longtake only. Start Longtake and use its window.');
  }
  return window.longtake;
}

/** Asks the studio. Throws a {@link LongtakeError}: the studio's own, or one that says that it could not be reached. */
export async function request<Name extends RequestName>(
  name: Name,
  input: RequestInput<Name>,
): Promise<RequestOutput<Name>> {
  const studio = bridge();
  let reply: Awaited<ReturnType<LongtakeBridge['request']>>;
  try {
    reply = await studio.request(name, input);
  } catch (cause) {
    reportConnection(false);
    throw new LongtakeError('INTERNAL', 'The window has lost its connection to the studio. It tries again by itself.', {
      cause,
    });
  }
  reportConnection(true);
  if (!reply.ok) throw fromWireError(reply.error);
  // The studio has checked its answer against the schema of `name` before it sent it.
  return reply.value as RequestOutput<Name>;
}

/** Subscribes to an event of the studio. Returns a function that ends the subscription. */
export function on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void {
  return bridge().on(name, listener);
}
