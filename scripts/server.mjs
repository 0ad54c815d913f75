// The session server in the foreground: makes sure that what it needs is there, and runs it in this process.
process.argv.splice(2, 0, 'serve-sessions');
await import('./longtake.mjs');
