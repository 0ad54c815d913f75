import { createStore, useStore } from 'zustand';
import type { EventPayload } from '../bridge/bridge.ts';
import { connectionStore } from './connection.ts';
import { LongtakeError, toWireError } from '../../shared/errors.ts';

export interface Notice {
  readonly id: number;
  readonly severity: EventPayload<'notice'>['severity'];
  readonly message: string;
  readonly action?: NoticeAction | undefined;
}

/** What a person can do about it. */
export interface NoticeAction {
  readonly label: string;
  run(): void;
}

/** Older notices make room: a storm of errors must not fill the screen. */
const MOST_SHOWN = 4;

interface NoticesState {
  readonly shown: readonly Notice[];
  show(severity: Notice['severity'], message: string, action?: NoticeAction): void;
  dismiss(id: number): void;
}

let lastId = 0;

export const noticesStore = createStore<NoticesState>()((set) => ({
  shown: [],
  show(severity, message, action) {
    set(({ shown }) => {
      const others = shown.filter((notice) => notice.message !== message);
      return { shown: [...others, { id: ++lastId, severity, message, action }].slice(-MOST_SHOWN) };
    });
  },
  dismiss(id) {
    set(({ shown }) => ({ shown: shown.filter((notice) => notice.id !== id) }));
  },
}));

/** The sentence for a person that belongs to anything thrown. */
export function sentence(error: unknown): string {
  return error instanceof LongtakeError ? error.message : toWireError(error).message;
}

/** Starts an action whose failure a person must hear of, and that has no other place to say so. */
export function attempt(action: Promise<unknown>): void {
  action.catch((error: unknown) => {
    if (error instanceof LongtakeError && error.code === 'CANCELLED') return;
    // The banner tells of a lost connection as long as it lasts.
    if (!connectionStore.getState().connected) return;
    noticesStore.getState().show('error', sentence(error));
    if (!(error instanceof LongtakeError)) console.error(error);
  });
}

export function useNotices<Selected>(select: (state: NoticesState) => Selected): Selected {
  return useStore(noticesStore, select);
}
