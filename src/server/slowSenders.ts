import type { IncomingMessage, Server } from 'node:http';

/** A sender that brings less than this in the time that it is given holds a connection and nothing else, bytes. */
export const SLOW_BYTES = 4 * 1024;

/**
 * Ends the connections of clients that hardly send what they began to, whoever they are, also when they were answered
 * already: within `slowMs` to twice as long. Whoever waits for this side is left alone. Returns what ends the watch.
 */
export function cutSlowSenders(server: Server, slowMs: number): () => void {
  /** Requests that are not all here, with what their connections had brought when they were last looked at. */
  const coming = new Map<IncomingMessage, number | undefined>();
  server.on('request', (request: IncomingMessage) => {
    if (request.complete) return;
    coming.set(request, undefined);
    request.once('close', () => coming.delete(request));
  });
  const timer = setInterval(() => {
    for (const [request, seen] of coming) {
      const { socket, readableLength, readableHighWaterMark } = request;
      if (request.complete) coming.delete(request);
      else if (seen !== undefined && socket.bytesRead - seen < SLOW_BYTES && readableLength < readableHighWaterMark) {
        socket.destroy();
      } else coming.set(request, socket.bytesRead);
    }
  }, slowMs);
  return () => clearInterval(timer);
}
