import type { Log } from '../shared/ports/log.ts';
import type { Scope } from '../shared/scope.ts';
import type { Auth } from './auth/auth.ts';
import type { ServerConfig } from './config/config.ts';
import type { Database } from './database/database.ts';
import type { ServerEvents } from './events.ts';
import type { LiveLinks } from './live/liveLinks.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { Storage } from './storage/storage.ts';

/** What every part of the server is given. */
export interface ServerContext {
  readonly config: ServerConfig;
  readonly log: Log;
  /** ms since 1970 UTC. */
  readonly now: () => number;
  readonly database: Database;
  readonly storage: Storage;
  readonly events: ServerEvents;
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly links: LiveLinks;
  /** Ends when the server ends: timers and workers belong to it. */
  readonly scope: Scope;
}
