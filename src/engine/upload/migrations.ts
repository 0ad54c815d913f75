/**
 * The schema of the queue, step by step: entry n brings a database from version n to n + 1. A step that was ever
 * released is frozen; a change of the schema is a new step at the end.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE uploads (
    -- Grows with each upload: the order in which they were asked for.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    target_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    part INTEGER NOT NULL CHECK (part >= 1),
    source_id TEXT NOT NULL,
    -- The recording as it was told last, as JSON.
    recording TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'opening', 'sending', 'finalizing', 'processing', 'done', 'failed',
      'needsPerson', 'paused', 'discarded')),
    live INTEGER NOT NULL CHECK (live IN (0, 1)),
    way TEXT NOT NULL DEFAULT 'session' CHECK (way IN ('session', 'whole')),
    -- Where in the recording's file the audio of this part begins.
    file_position INTEGER NOT NULL DEFAULT 0,
    -- Where in the body this part ends; absent: with the recording.
    ends_at INTEGER,
    session_id TEXT,
    max_chunk_bytes INTEGER,
    max_in_flight INTEGER,
    digests INTEGER NOT NULL DEFAULT 0 CHECK (digests IN (0, 1)),
    session_opened_at REAL,
    -- Nothing more is cut.
    finishing INTEGER NOT NULL DEFAULT 0 CHECK (finishing IN (0, 1)),
    -- The target may have been told to finish, or may have got the whole file: nobody knows.
    asked INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
    -- Sessions that were lost in a row.
    lost INTEGER NOT NULL DEFAULT 0,
    remote_id TEXT,
    link TEXT,
    live_link TEXT,
    server_text TEXT,
    problem TEXT,
    next_try_at REAL,
    bytes INTEGER NOT NULL DEFAULT 0,
    safe_bytes INTEGER NOT NULL DEFAULT 0,
    behind_ms REAL NOT NULL DEFAULT 0,
    -- A session that the target is still to throw away.
    unwanted_session TEXT,
    started_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    UNIQUE (recording_id, target_id, part)
  ) STRICT;
  CREATE INDEX uploads_pending ON uploads (target_id, source_id, live, number)
    WHERE state NOT IN ('done', 'discarded', 'failed', 'paused');
  CREATE INDEX uploads_unwanted ON uploads (target_id) WHERE unwanted_session IS NOT NULL;
  CREATE INDEX uploads_live ON uploads (recording_id) WHERE live = 1;

  CREATE TABLE chunks (
    upload INTEGER NOT NULL REFERENCES uploads (number) ON DELETE CASCADE,
    -- From 1.
    number INTEGER NOT NULL,
    -- In the body; the end is exclusive.
    from_byte INTEGER NOT NULL,
    to_byte INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    stored INTEGER NOT NULL DEFAULT 0 CHECK (stored IN (0, 1)),
    PRIMARY KEY (upload, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX chunks_to_send ON chunks (upload, number) WHERE stored = 0;

  -- Chunk requests of the last day, by hour, for targets that count them.
  CREATE TABLE requests (
    target_id TEXT NOT NULL,
    -- Hours since 1970 UTC.
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (target_id, hour)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- With all that is asked of what is pending: the rows themselves hold a recording each.
  DROP INDEX uploads_pending;
  CREATE INDEX uploads_pending ON uploads
    (target_id, source_id, live, number, next_try_at, state, remote_id, way, bytes, safe_bytes)
    WHERE state NOT IN ('done', 'discarded', 'failed', 'paused');
  CREATE INDEX uploads_next ON uploads (target_id, next_try_at)
    WHERE state NOT IN ('done', 'discarded', 'failed', 'paused') AND next_try_at IS NOT NULL;
  CREATE INDEX uploads_remote ON uploads (target_id, next_try_at)
    WHERE state NOT IN ('done', 'discarded', 'failed', 'paused') AND remote_id IS NOT NULL;
  `,
  `
  -- Made before a session is asked for: another try with it is the same session.
  ALTER TABLE uploads ADD COLUMN open_key TEXT;
  -- One of a session that may have been opened, and that the target is still to throw away.
  ALTER TABLE uploads ADD COLUMN unwanted_key TEXT;
  -- The target may have it from before, and is asked.
  ALTER TABLE uploads ADD COLUMN seek INTEGER NOT NULL DEFAULT 0 CHECK (seek IN (0, 1));
  -- Since when its recording is in no library and in no trash.
  ALTER TABLE uploads ADD COLUMN gone_at REAL;
  CREATE INDEX uploads_unwanted_key ON uploads (target_id) WHERE unwanted_key IS NOT NULL;
  CREATE INDEX uploads_ended ON uploads (number) WHERE state IN ('done', 'discarded', 'failed');
  `,
  `
  -- Since when a source goes to a target, ms since 1970 UTC: what it records from then on is uploaded, also where the
  -- program ended before it heard of the first recording.
  CREATE TABLE bindings (
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    since REAL NOT NULL,
    PRIMARY KEY (source_id, target_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What a target's line in the window tells of, which is asked for twice a second.
  CREATE INDEX uploads_troubled ON uploads (target_id, state, number)
    WHERE state NOT IN ('done', 'discarded', 'failed', 'paused') AND problem IS NOT NULL;
  CREATE INDEX uploads_failed ON uploads (target_id, number) WHERE state = 'failed';
  `,
];
