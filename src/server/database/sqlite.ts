import type { Log } from '../../shared/ports/log.ts';
import { connect } from './connection.ts';
import type { Database } from './database.ts';
import { countStore } from './countRows.ts';
import { deliveryStore } from './deliveryRows.ts';
import { jobStore } from './jobRows.ts';
import { outboxStore } from './outboxRows.ts';
import { rateStore } from './rateRows.ts';
import { recordingStore } from './recordingRows.ts';
import { sessionStore } from './sessionRows.ts';
import { userStore } from './userRows.ts';

/** The server's database in one SQLite file. @throws CONFLICT for one of a newer Longtake */
export function openSqlite(path: string, log: Log): Database {
  const connections = connect(path, log);
  const { sure, quick } = connections;
  return {
    sessions: sessionStore(connections),
    recordings: recordingStore(sure),
    jobs: jobStore(sure),
    users: userStore(sure),
    outbox: outboxStore(sure),
    deliveries: deliveryStore(sure),
    counts: countStore(quick),
    rates: rateStore(quick),
    meta: {
      getOrSet: async (key, made) => {
        sure.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING').run(key, made);
        return (
          sure.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?').get(key)?.value ?? made
        );
      },
    },
    close: async () => {
      quick.close();
      sure.close();
    },
  };
}
