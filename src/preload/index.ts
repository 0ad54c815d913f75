import { contextBridge, ipcRenderer } from 'electron';
import { EVENT_CHANNEL, type LongtakeBridge, REQUEST_CHANNEL } from '../shared/contract/bridge.ts';
import { type EventName, isEventName } from '../shared/contract/events.ts';
import type { Reply } from '../shared/contract/handlers.ts';
import { isRequestName } from '../shared/contract/requests.ts';

type Listener = (payload: unknown) => void;
const listeners = new Map<EventName, Set<Listener>>();

ipcRenderer.on(EVENT_CHANNEL, (_, name: unknown, payload: unknown) => {
  if (isEventName(name)) for (const listener of listeners.get(name) ?? []) listener(payload);
});

const bridge: LongtakeBridge = {
  request: async (name, input) => {
    if (!isRequestName(name)) throw new TypeError('There is no such request.');
    return (await ipcRenderer.invoke(REQUEST_CHANNEL, name, input)) as Reply;
  },
  on: (name, listener) => {
    if (!isEventName(name)) throw new TypeError('There is no such event.');
    const ofName = listeners.get(name) ?? new Set();
    listeners.set(name, ofName);
    // Its own function, so that one listener that subscribes twice also hears twice.
    const entry: Listener = (payload) => (listener as Listener)(payload);
    ofName.add(entry);
    return () => void ofName.delete(entry);
  },
};

contextBridge.exposeInMainWorld('longtake', bridge);
