// The session server in the foreground: makes sure that what it needs is there, and runs it in this process.
import { join } from 'node:path';

// The command tells people how to start it again by these words.
process.argv.splice(1, 1, join(import.meta.dirname, 'longtake.mjs'), 'serve-sessions');
await import('./longtake.mjs');
