import type { ParentLink } from '../../shared/ports/processHost.ts';

/** The part of Electron's `process.parentPort` that is used here; this room does not import Electron. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
}

/** This child's channel to the process that started it: Electron's utilityProcess or Node's child_process. */
export function connectParent(): ParentLink {
  const port = (process as { parentPort?: ParentPort }).parentPort;
  if (port) return overParentPort(port);
  if (process.send) return overNodeChannel();
  throw new Error('This program is started by Longtake and cannot run on its own.');
}

function overParentPort(port: ParentPort): ParentLink {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', (event) => listener(event.data)),
    onClosed: (listener) => port.on('close', listener),
  };
}

function overNodeChannel(): ParentLink {
  return {
    send: (message) => {
      // The callback keeps a closed channel from throwing: `onClosed` tells of it.
      if (process.connected) process.send?.(message, undefined, {}, () => undefined);
    },
    onMessage: (listener) => process.on('message', listener),
    onClosed: (listener) => process.on('disconnect', listener),
  };
}
