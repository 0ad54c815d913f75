import { contextBridge, ipcRenderer } from 'electron';
import { EVENT_CHANNEL, type LongtakeBridge, REQUEST_CHANNEL } from '../shared/contract/bridge.ts';
import type { Reply } from '../shared/contract/handlers.ts';

type Listener = (payload: unknown) => void;
const listeners = new Map<unknown, Set<Listener>>();

ipcRenderer.on(EVENT_CHANNEL, (_, name: unknown, payload: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(payload);
});

// Main checks every name, as it checks who asks: the contract's schemas would only hold up each page that loads here.
const bridge: LongtakeBridge = {
  request: async (name, input) => (await ipcRenderer.invoke(REQUEST_CHANNEL, name, input)) as Reply,
  on: (name, listener) => {
    const ofName = listeners.get(name) ?? new Set();
    listeners.set(name, ofName);
    // Its own function, so that one listener that subscribes twice also hears twice.
    const entry: Listener = (payload) => (listener as Listener)(payload);
    ofName.add(entry);
    return () => void ofName.delete(entry);
  },
};

contextBridge.exposeInMainWorld('longtake', bridge);
