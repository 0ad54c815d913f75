import { DELIVERY_SCHEMA } from './deliveryRows.ts';

/** The schema, step by step: entry n brings a database from version n to n + 1. A released step is frozen. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin')),
    password TEXT,
    created_at REAL NOT NULL
  ) STRICT;

  CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at REAL NOT NULL,
    last_used_at REAL
  ) STRICT;
  CREATE INDEX tokens_by_user ON tokens (user_id);

  CREATE TABLE logins (
    hash TEXT PRIMARY KEY NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id INTEGER NOT NULL,
    mime_type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('recording', 'finalizing', 'finalized', 'aborted', 'expired', 'failed')),
    out_of_order INTEGER NOT NULL CHECK (out_of_order IN (0, 1)),
    whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
    title TEXT,
    source TEXT,
    started_at TEXT,
    chunk_count INTEGER NOT NULL DEFAULT 0,
    expected_index INTEGER NOT NULL DEFAULT 1,
    bytes INTEGER NOT NULL DEFAULT 0,
    beat TEXT NOT NULL CHECK (beat IN ('recording', 'paused', 'offline')),
    beat_at REAL NOT NULL,
    paused_ms REAL NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    last_seen_at REAL NOT NULL,
    finalized_at REAL,
    recording_id INTEGER,
    error TEXT,
    metadata TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  CREATE INDEX sessions_by_user ON sessions (user_id, created_at DESC);
  CREATE INDEX sessions_open ON sessions (user_id, bytes) WHERE status IN ('recording', 'finalizing');
  CREATE INDEX sessions_by_time ON sessions (created_at DESC);

  CREATE TABLE chunks (
    session_id TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n > 0),
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    sha256 TEXT NOT NULL,
    PRIMARY KEY (session_id, n)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE recordings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT,
    folder_id INTEGER,
    tag_ids TEXT NOT NULL DEFAULT '[]',
    source TEXT,
    meeting_date TEXT,
    mime_type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('STITCHING', 'COMPLETED', 'FAILED')),
    error TEXT,
    file_key TEXT,
    file_type TEXT,
    bytes INTEGER,
    sha256 TEXT,
    duration_ms REAL,
    created_at REAL NOT NULL,
    completed_at REAL,
    metadata TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  CREATE INDEX recordings_by_user ON recordings (user_id, id DESC);
  CREATE INDEX recordings_by_time ON recordings (created_at);

  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL UNIQUE,
    recording_id INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'failed')),
    worker TEXT,
    lease_until REAL NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX jobs_by_recording ON jobs (recording_id);

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    type TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    session_id TEXT,
    recording_id INTEGER
  ) STRICT;
  `,
  DELIVERY_SCHEMA,
  `
  ALTER TABLE sessions ADD COLUMN client_key TEXT;
  ALTER TABLE sessions ADD COLUMN client_recording TEXT;
  ALTER TABLE sessions ADD COLUMN content_sha256 TEXT;
  CREATE INDEX sessions_by_client_key ON sessions (user_id, client_key) WHERE client_key IS NOT NULL;
  CREATE INDEX sessions_by_client_recording ON sessions (user_id, client_recording)
    WHERE client_recording IS NOT NULL;
  `,
  `
  ALTER TABLE recordings ADD COLUMN incomplete TEXT;
  CREATE INDEX recordings_by_session ON recordings (session_id);
  ALTER TABLE jobs ADD COLUMN incomplete INTEGER NOT NULL DEFAULT 0 CHECK (incomplete IN (0, 1));
  `,
  `
  CREATE TABLE rates (key TEXT PRIMARY KEY NOT NULL, count INTEGER NOT NULL, until REAL NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX rates_by_end ON rates (until);
  `,
  `
  ALTER TABLE recordings ADD COLUMN waiting TEXT;
  CREATE INDEX sessions_by_status ON sessions (status, created_at);
  CREATE INDEX sessions_by_recording ON sessions (recording_id) WHERE recording_id IS NOT NULL;
  `,
];
