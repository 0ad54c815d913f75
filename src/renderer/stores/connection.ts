import { createStore, useStore } from 'zustand';
import { onConnection, request } from '../bridge/bridge.ts';

const RETRY_MS = 2000;

interface ConnectionState {
  readonly connected: boolean;
}

export const connectionStore = createStore<ConnectionState>()(() => ({ connected: true }));

/** Watches the line to the studio; when it is back after a loss, `restored` is called once. */
export function watchConnection(restored: () => void): () => void {
  let retry: ReturnType<typeof setTimeout> | undefined;

  const knock = (): void => {
    // Success and failure are both heard through onConnection.
    request('app.info', {}).catch(() => undefined);
  };

  const end = onConnection((connected) => {
    const before = connectionStore.getState().connected;
    if (!connected) {
      clearTimeout(retry);
      retry = setTimeout(knock, RETRY_MS);
    }
    if (connected === before) return;
    connectionStore.setState({ connected });
    if (connected) restored();
  });
  return () => {
    clearTimeout(retry);
    end();
  };
}

export function useConnection<Selected>(select: (state: ConnectionState) => Selected): Selected {
  return useStore(connectionStore, select);
}
