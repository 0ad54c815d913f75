import { makeGap, makeRecording } from './makeRecording.ts';
import { silentLog } from './silentLog.ts';
import { openDatabase } from '../../src/engine/library/database.ts';
import { toGapRow, toRecordingRow } from '../../src/engine/library/rows.ts';
import { createStatements } from '../../src/engine/library/statements.ts';

// Saves recordings, opens a transaction, writes into it, tells its parent, and waits to be killed.
const [, , path = ''] = process.argv;
const { connection } = openDatabase(path, silentLog);
const statements = createStatements(connection);
const ids = Array.from({ length: 50 }, (_, index) => {
  const recording = makeRecording({ path: `${index}.wav` });
  statements.putRecording(toRecordingRow(recording));
  return recording.id;
});
connection.exec('PRAGMA cache_size = 1; BEGIN IMMEDIATE');
for (let index = 0; index < 5000; index += 1) statements.putGap(toGapRow(makeGap()));
process.send?.({ ids });
setInterval(() => undefined, 60_000);
