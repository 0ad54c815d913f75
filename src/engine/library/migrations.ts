/**
 * The schema, step by step: entry n brings a database from version n to n + 1. A step that was ever released is
 * frozen; a change of the schema is a new step at the end.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE sources (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    kind TEXT CHECK (kind IN ('soundcard', 'stream', 'generator')),
    removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE recordings (
    id TEXT PRIMARY KEY NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources (id),
    source_name TEXT NOT NULL,
    source_kind TEXT NOT NULL CHECK (source_kind IN ('soundcard', 'stream', 'generator')),
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    started_at REAL NOT NULL,
    offset_minutes REAL NOT NULL,
    zone TEXT NOT NULL,
    day TEXT NOT NULL,
    container TEXT NOT NULL,
    codec TEXT NOT NULL,
    sample_rate INTEGER NOT NULL CHECK (sample_rate >= 0),
    channels INTEGER NOT NULL CHECK (channels >= 0),
    bit_depth INTEGER,
    bitrate REAL,
    samples INTEGER NOT NULL CHECK (samples >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    state TEXT NOT NULL CHECK (state IN ('recording', 'complete', 'repaired', 'damaged')),
    seam TEXT NOT NULL CHECK (seam IN ('first', 'gapless')),
    title TEXT,
    duration_us INTEGER GENERATED ALWAYS AS (iif(sample_rate > 0, samples * 1000000 / sample_rate, 0)) VIRTUAL
  ) STRICT;
  CREATE UNIQUE INDEX recordings_by_place ON recordings (root, path);
  CREATE INDEX recordings_by_day ON recordings (day, started_at DESC, id DESC);
  CREATE INDEX recordings_by_source ON recordings (source_id);
  CREATE INDEX recordings_unfinished ON recordings (started_at) WHERE state = 'recording';

  CREATE TABLE gaps (
    id TEXT PRIMARY KEY NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources (id),
    source_name TEXT NOT NULL,
    cause TEXT NOT NULL,
    detail TEXT NOT NULL,
    began_at REAL NOT NULL,
    ended_at REAL,
    day TEXT NOT NULL,
    duration_us INTEGER GENERATED ALWAYS AS (CAST(round(coalesce(ended_at - began_at, 0) * 1000) AS INTEGER)) VIRTUAL
  ) STRICT;
  CREATE INDEX gaps_by_day ON gaps (day, began_at DESC, id DESC);
  CREATE INDEX gaps_by_source ON gaps (source_id);
  CREATE INDEX gaps_open ON gaps (began_at) WHERE ended_at IS NULL;

  -- Totals in whole numbers, so that adding and taking away for years leaves no remainder.
  CREATE TABLE days (
    day TEXT PRIMARY KEY NOT NULL,
    recordings INTEGER NOT NULL DEFAULT 0,
    duration_us INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    gaps INTEGER NOT NULL DEFAULT 0,
    gap_us INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER recordings_added AFTER INSERT ON recordings BEGIN
    INSERT INTO days (day, recordings, duration_us, bytes) VALUES (NEW.day, 1, NEW.duration_us, NEW.bytes)
      ON CONFLICT (day) DO UPDATE SET recordings = recordings + excluded.recordings, duration_us = duration_us + excluded.duration_us, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER recordings_changed AFTER UPDATE ON recordings BEGIN
    UPDATE days SET recordings = recordings - 1, duration_us = duration_us - OLD.duration_us, bytes = bytes - OLD.bytes WHERE day = OLD.day;
    DELETE FROM days WHERE day = OLD.day AND recordings = 0 AND gaps = 0;
    INSERT INTO days (day, recordings, duration_us, bytes) VALUES (NEW.day, 1, NEW.duration_us, NEW.bytes)
      ON CONFLICT (day) DO UPDATE SET recordings = recordings + excluded.recordings, duration_us = duration_us + excluded.duration_us, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER recordings_removed AFTER DELETE ON recordings BEGIN
    UPDATE days SET recordings = recordings - 1, duration_us = duration_us - OLD.duration_us, bytes = bytes - OLD.bytes WHERE day = OLD.day;
    DELETE FROM days WHERE day = OLD.day AND recordings = 0 AND gaps = 0;
  END;
  CREATE TRIGGER gaps_added AFTER INSERT ON gaps BEGIN
    INSERT INTO days (day, gaps, gap_us) VALUES (NEW.day, 1, NEW.duration_us)
      ON CONFLICT (day) DO UPDATE SET gaps = gaps + excluded.gaps, gap_us = gap_us + excluded.gap_us;
  END;
  CREATE TRIGGER gaps_changed AFTER UPDATE ON gaps BEGIN
    UPDATE days SET gaps = gaps - 1, gap_us = gap_us - OLD.duration_us WHERE day = OLD.day;
    DELETE FROM days WHERE day = OLD.day AND recordings = 0 AND gaps = 0;
    INSERT INTO days (day, gaps, gap_us) VALUES (NEW.day, 1, NEW.duration_us)
      ON CONFLICT (day) DO UPDATE SET gaps = gaps + excluded.gaps, gap_us = gap_us + excluded.gap_us;
  END;
  CREATE TRIGGER gaps_removed AFTER DELETE ON gaps BEGIN
    UPDATE days SET gaps = gaps - 1, gap_us = gap_us - OLD.duration_us WHERE day = OLD.day;
    DELETE FROM days WHERE day = OLD.day AND recordings = 0 AND gaps = 0;
  END;
  `,
  `
  -- Recordings folders of which a scan came to its end.
  CREATE TABLE scans (
    root TEXT PRIMARY KEY NOT NULL,
    finished_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Sources that share a boundary are listed by their name.
  DROP INDEX recordings_by_day;
  CREATE INDEX recordings_by_day ON recordings (day, started_at DESC, source_name COLLATE NOCASE, id DESC);
  `,
  `
  ALTER TABLE recordings ADD COLUMN is_float INTEGER CHECK (is_float = 1);
  `,
  `
  -- A seam can be more than two things, which the CHECK of the table must allow: the table is made anew.
  CREATE TABLE recordings_new (
    id TEXT PRIMARY KEY NOT NULL,
    source_id TEXT NOT NULL REFERENCES sources (id),
    source_name TEXT NOT NULL,
    source_kind TEXT NOT NULL CHECK (source_kind IN ('soundcard', 'stream', 'generator')),
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    started_at REAL NOT NULL,
    offset_minutes REAL NOT NULL,
    zone TEXT NOT NULL,
    day TEXT NOT NULL,
    container TEXT NOT NULL,
    codec TEXT NOT NULL,
    sample_rate INTEGER NOT NULL CHECK (sample_rate >= 0),
    channels INTEGER NOT NULL CHECK (channels >= 0),
    bit_depth INTEGER,
    bitrate REAL,
    is_float INTEGER CHECK (is_float = 1),
    samples INTEGER NOT NULL CHECK (samples >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    state TEXT NOT NULL CHECK (state IN ('recording', 'complete', 'repaired', 'damaged')),
    seam TEXT NOT NULL CHECK (seam IN ('first', 'gapless', 'missing', 'unverified')),
    connection TEXT,
    first_sample INTEGER CHECK (first_sample >= 0),
    missing_samples INTEGER CHECK (missing_samples >= 0),
    cold_frames INTEGER CHECK (cold_frames > 0),
    cold_samples INTEGER CHECK (cold_samples >= 0),
    cold_unplayed INTEGER CHECK (cold_unplayed = 1),
    title TEXT,
    duration_us INTEGER GENERATED ALWAYS AS (iif(sample_rate > 0, samples * 1000000 / sample_rate, 0)) VIRTUAL
  ) STRICT;
  INSERT INTO recordings_new (
    id, source_id, source_name, source_kind, root, path, started_at, offset_minutes, zone, day, container, codec,
    sample_rate, channels, bit_depth, bitrate, is_float, samples, bytes, state, seam, title
  ) SELECT
    id, source_id, source_name, source_kind, root, path, started_at, offset_minutes, zone, day, container, codec,
    sample_rate, channels, bit_depth, bitrate, is_float, samples, bytes, state, seam, title
  FROM recordings;
  DROP TABLE recordings;
  ALTER TABLE recordings_new RENAME TO recordings;
  CREATE UNIQUE INDEX recordings_by_place ON recordings (root, path);
  CREATE INDEX recordings_by_day ON recordings (day, started_at DESC, source_name COLLATE NOCASE, id DESC);
  CREATE INDEX recordings_by_source ON recordings (source_id);
  CREATE INDEX recordings_unfinished ON recordings (started_at) WHERE state = 'recording';
  CREATE TRIGGER recordings_added AFTER INSERT ON recordings BEGIN
    INSERT INTO days (day, recordings, duration_us, bytes) VALUES (NEW.day, 1, NEW.duration_us, NEW.bytes)
      ON CONFLICT (day) DO UPDATE SET recordings = recordings + excluded.recordings, duration_us = duration_us + excluded.duration_us, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER recordings_changed AFTER UPDATE ON recordings BEGIN
    UPDATE days SET recordings = recordings - 1, duration_us = duration_us - OLD.duration_us, bytes = bytes - OLD.bytes WHERE day = OLD.day;
    DELETE FROM days WHERE day = OLD.day AND recordings = 0 AND gaps = 0;
    INSERT INTO days (day, recordings, duration_us, bytes) VALUES (NEW.day, 1, NEW.duration_us, NEW.bytes)
      ON CONFLICT (day) DO UPDATE SET recordings = recordings + excluded.recordings, duration_us = duration_us + excluded.duration_us, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER recordings_removed AFTER DELETE ON recordings BEGIN
    UPDATE days SET recordings = recordings - 1, duration_us = duration_us - OLD.duration_us, bytes = bytes - OLD.bytes WHERE day = OLD.day;
    DELETE FROM days WHERE day = OLD.day AND recordings = 0 AND gaps = 0;
  END;
  `,
  `
  CREATE TABLE alarms (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    source_id TEXT,
    source_name TEXT,
    began_at REAL NOT NULL,
    raised_at REAL NOT NULL,
    cleared_at REAL,
    ending TEXT,
    acknowledged_at REAL,
    value REAL NOT NULL,
    threshold REAL NOT NULL,
    unit TEXT NOT NULL,
    message TEXT NOT NULL,
    advice TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alarms_by_time ON alarms (raised_at DESC, id DESC);
  CREATE INDEX alarms_open ON alarms (raised_at) WHERE cleared_at IS NULL;

  CREATE TABLE webhook_outbox (
    id TEXT PRIMARY KEY NOT NULL,
    made_at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- When sources were armed and disarmed, from the lines of the ledger.
  CREATE TABLE arm_events (
    source_id TEXT NOT NULL REFERENCES sources (id),
    at REAL NOT NULL,
    armed INTEGER NOT NULL CHECK (armed IN (0, 1)),
    reason TEXT,
    PRIMARY KEY (source_id, at, armed)
  ) STRICT, WITHOUT ROWID;

  -- Recordings that a person locked. Apart from the recordings, whose rows are written by who records them.
  CREATE TABLE locks (recording_id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;

  -- Recordings that were deleted: what they had captured stays known. "trash" is where the file is, while it is there.
  CREATE TABLE removed (
    id TEXT PRIMARY KEY NOT NULL,
    source_id TEXT NOT NULL,
    root TEXT NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL NOT NULL,
    bytes INTEGER NOT NULL,
    removed_at REAL NOT NULL,
    reason TEXT NOT NULL,
    trash TEXT,
    belongings TEXT NOT NULL,
    recording TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX removed_by_source ON removed (source_id, started_at);
  CREATE INDEX removed_in_trash ON removed (removed_at, id) WHERE trash IS NOT NULL;

  DROP INDEX IF EXISTS recordings_by_source;
  CREATE INDEX recordings_by_source ON recordings (source_id, started_at);
  CREATE INDEX recordings_by_time ON recordings (started_at, id);
  DROP INDEX gaps_by_source;
  CREATE INDEX gaps_by_source ON gaps (source_id, began_at);
  `,
  `
  -- Titles on air. A station plays a title many times: each text is kept, and searched, once. Rows outlive their
  -- recording while it is in the trash; a rescan removes those that nobody has any more.
  CREATE TABLE title_texts (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE title_search USING fts5 (folded, content = 'title_texts', content_rowid = 'id', tokenize = 'trigram');
  CREATE TRIGGER title_texts_added AFTER INSERT ON title_texts BEGIN
    INSERT INTO title_search (rowid, folded) VALUES (NEW.id, NEW.folded);
  END;
  CREATE TABLE titles (
    recording_id TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    text_id INTEGER NOT NULL REFERENCES title_texts (id),
    heard_at REAL NOT NULL,
    PRIMARY KEY (recording_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX titles_by_text ON titles (text_id, heard_at DESC);
  `,
  `
  -- How much a decoder leaves out differs, so it is an amount.
  ALTER TABLE recordings DROP COLUMN cold_unplayed;
  ALTER TABLE recordings ADD COLUMN unplayed_samples INTEGER CHECK (unplayed_samples > 0);
  `,
  `
  -- Sections of sound, counted in windows of the envelope. A recording that was searched has a number, so that each of
  -- its sections is small. Rows outlive their recording while it is in the trash.
  CREATE TABLE detections (
    number INTEGER PRIMARY KEY,
    recording_id TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    live INTEGER NOT NULL CHECK (live IN (0, 1)),
    sections INTEGER NOT NULL,
    reviewed INTEGER NOT NULL,
    top_score REAL NOT NULL
  ) STRICT;
  CREATE TABLE sections (
    detection INTEGER NOT NULL REFERENCES detections (number) ON DELETE CASCADE,
    first INTEGER NOT NULL CHECK (first >= 0),
    ending INTEGER NOT NULL CHECK (ending > first),
    peak INTEGER NOT NULL CHECK (peak >= first AND peak < ending),
    peak_db REAL NOT NULL,
    floor_db REAL NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (detection, first)
  ) STRICT, WITHOUT ROWID;

  -- What a person said of the sound of a source at an instant, which is the peak of a section. A row without anything in
  -- it was taken back: it keeps an older line of a ledger from coming back.
  CREATE TABLE verdicts (
    source_id TEXT NOT NULL,
    peak_at REAL NOT NULL,
    verdict TEXT CHECK (verdict IN ('keep', 'discard', 'star')),
    label TEXT,
    note TEXT,
    changed_at REAL NOT NULL,
    PRIMARY KEY (source_id, peak_at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verdicts_in_words ON verdicts (source_id, peak_at) WHERE label IS NOT NULL OR note IS NOT NULL;

  CREATE TABLE markers (
    id TEXT PRIMARY KEY NOT NULL,
    at REAL NOT NULL,
    label TEXT NOT NULL,
    source_id TEXT,
    day TEXT NOT NULL,
    root TEXT NOT NULL,
    removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
    changed_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX markers_by_time ON markers (at, id) WHERE removed = 0;
  CREATE INDEX markers_by_day ON markers (day) WHERE removed = 0;

  -- What is kept in memory for filters is looked at anew for these.
  CREATE TABLE changed_recordings (recording_id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE changed_gaps (source_id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER changed_by_insert AFTER INSERT ON recordings BEGIN
    INSERT INTO changed_recordings VALUES (NEW.id) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER changed_by_update AFTER UPDATE ON recordings BEGIN
    INSERT INTO changed_recordings VALUES (NEW.id) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER changed_by_delete AFTER DELETE ON recordings BEGIN
    INSERT INTO changed_recordings VALUES (OLD.id) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER changed_by_gap_insert AFTER INSERT ON gaps BEGIN
    INSERT INTO changed_gaps VALUES (NEW.source_id) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER changed_by_gap_update AFTER UPDATE ON gaps BEGIN
    INSERT INTO changed_gaps VALUES (OLD.source_id), (NEW.source_id) ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER changed_by_gap_delete AFTER DELETE ON gaps BEGIN
    INSERT INTO changed_gaps VALUES (OLD.source_id) ON CONFLICT DO NOTHING;
  END;
  -- Recordings of one source follow each other, but for those that overlap because a clock was set back.
  CREATE TRIGGER changed_by_verdict_insert AFTER INSERT ON verdicts BEGIN
    INSERT INTO changed_recordings SELECT id FROM recordings
      WHERE source_id = NEW.source_id AND started_at <= NEW.peak_at ORDER BY started_at DESC LIMIT 4
      ON CONFLICT DO NOTHING;
  END;
  CREATE TRIGGER changed_by_verdict_update AFTER UPDATE ON verdicts BEGIN
    INSERT INTO changed_recordings SELECT id FROM recordings
      WHERE source_id = NEW.source_id AND started_at <= NEW.peak_at ORDER BY started_at DESC LIMIT 4
      ON CONFLICT DO NOTHING;
  END;
  `,
  `
  -- Few ever are, and they are looked for every hour.
  ALTER TABLE recordings ADD COLUMN unmended INTEGER CHECK (unmended = 1);
  CREATE INDEX recordings_unmended ON recordings (started_at) WHERE unmended = 1;
  `,
];
