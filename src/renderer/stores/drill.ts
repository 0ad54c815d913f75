import { createStore, useStore } from 'zustand';
import { type EventPayload, on, request, type RequestInput } from '../bridge/bridge.ts';

export type Drill = EventPayload<'drill.changed'>;

interface DrillState {
  /** The one that runs, or the last one. */
  readonly drill: Drill | undefined;
  /** Asks for the drill that runs, and follows it. Returns the end of it. */
  follow(): () => void;
  start(order: RequestInput<'drill.start'>): Promise<void>;
  cancel(): Promise<void>;
}

const drillStore = createStore<DrillState>()((set) => ({
  drill: undefined,
  follow() {
    const off = on('drill.changed', (drill) => set({ drill }));
    // What cannot be asked for now is told by the next event.
    void request('drill.get', {}).then(
      (drill) => set({ drill }),
      () => undefined,
    );
    return off;
  },
  async start(order) {
    set({ drill: await request('drill.start', order) });
  },
  async cancel() {
    await request('drill.cancel', {});
  },
}));

export const drillActions = drillStore.getState();

export function useDrill<Selected>(select: (state: DrillState) => Selected): Selected {
  return useStore(drillStore, select);
}
