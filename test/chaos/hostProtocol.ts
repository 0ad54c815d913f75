import type { EventName, EventPayload } from '../../src/shared/contract/events.ts';
import type { RequestName } from '../../src/shared/contract/requests.ts';
import type { ProcessRole } from '../../src/shared/ports/processHost.ts';
import type { StoredState } from '../../src/shared/ports/settingsStore.ts';

/** Environment variable with {@link HostOptions} as JSON. */
export const HOST_OPTIONS = 'LONGTAKE_CHAOS_HOST';
/** Environment variable with the file that sets the clock of a recorder under test. */
export const CLOCK_FILE = 'LONGTAKE_CHAOS_CLOCK';

export interface HostOptions {
  /** For the catalogue, caches and the state file; absolute. */
  readonly folder: string;
  /** What a first start finds. */
  readonly state: StoredState;
  /** Folder with the built child processes. */
  readonly programs: string;
  /** What the keychain has, by key. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Added to the environment of child processes. */
  readonly env: Readonly<Record<string, string>>;
  /** With it the computer's clock is set through this file, and this recorder is used. */
  readonly clock?: { readonly file: string; readonly recorder: string };
}

export type HostCommand =
  | { readonly type: 'request'; readonly callId: number; readonly name: RequestName; readonly input: unknown }
  | { readonly type: 'stop' };

export type HostMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'reply'; readonly callId: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'event'; readonly name: EventName; readonly payload: EventPayload<EventName> }
  | { readonly type: 'child'; readonly role: ProcessRole; readonly pid: number }
  | { readonly type: 'log'; readonly line: string };
