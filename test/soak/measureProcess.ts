import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Measured, MEASURES_FOLDER } from './measures.ts';

// Loaded into every process of a studio before its program, by NODE_OPTIONS: writes down how the process does.

const EVERY_MS = 5000;
const MIB = 1024 * 1024;
const NANOS = 1_000_000;

const folder = process.env[MEASURES_FOLDER];
if (folder !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const timer = setInterval(() => {
    const measured: Measured = {
      at: Date.now(),
      program: process.argv[1] ?? '',
      residentMiB: process.memoryUsage.rss() / MIB,
      handles: readdirSync('/proc/self/fd').length,
      delayMs: delay.percentile(99) / NANOS,
      worstDelayMs: delay.max / NANOS,
    };
    delay.reset();
    appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(measured)}\n`);
  }, EVERY_MS);
  timer.unref();
}
