// What programs need that check no input: a schema is a cost when a process starts.

/** The system's default input, whichever it is when the source is armed. */
export const DEFAULT_DEVICE = 'default';

/** Without audio for so long a stream counts as lost. */
export const DEFAULT_STALL_SECONDS = 20;
export const MIN_STALL_SECONDS = 2;
export const MAX_STALL_SECONDS = 600;
