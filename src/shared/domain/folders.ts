/** Folder of what was deleted and can be restored, relative to the recordings folder. */
export const TRASH_FOLDER = '.longtake/trash';

/** Folder of the ledger files, relative to the recordings folder. */
export const LEDGER_FOLDER = '.longtake/ledger';
/** How the wall clock stood while recorders ran, one JSON object a line. */
export const CLOCK_FILE = '.longtake/clock.jsonl';
