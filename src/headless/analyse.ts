import { resolve } from 'node:path';
import { nodeFileSystem } from '../engine/platform/nodeFileSystem.ts';
import type { FileAnalysis } from '../engine/studio/analyseFile.ts';
import { FileAnalyst } from '../engine/studio/fileAnalyst.ts';
import { LongtakeError, toWireError } from '../shared/errors.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { silentLog } from './log.ts';
import { refuseStdin } from './stdin.ts';

export interface AnalyseOptions {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly marginDb: number;
  readonly graceSeconds: number;
  readonly minSeconds: number;
}

/** `longtake analyse`: the sections of files. What cannot be read is told, and the others go on. */
export async function analyse({ files, json, ...thresholds }: AnalyseOptions): Promise<ExitCode> {
  const analyst = new FileAnalyst(nodeFileSystem, silentLog);
  let code: ExitCode = EXIT.done;
  let isHeard = true;
  process.stdout.once('error', () => {
    isHeard = false;
  });
  try {
    for (const file of files) refuseStdin(file);
    for (const file of files) {
      // Nobody reads any more: `| head` has what it wanted.
      if (!isHeard) return EXIT.interrupted;
      try {
        const found = await analyst.analyse(resolve(file), thresholds);
        process.stdout.write(json ? `${JSON.stringify({ type: 'analysis', file, ...found })}\n` : table(file, found));
      } catch (error) {
        if (!(error instanceof LongtakeError)) throw error;
        code = EXIT.failed;
        if (json) process.stdout.write(`${JSON.stringify({ type: 'analysis', file, error: toWireError(error) })}\n`);
        process.stderr.write(`${file}: ${error.message}\n`);
      }
    }
  } finally {
    await analyst.dispose();
  }
  return code;
}

function table(file: string, { duration, windows, floor, sections }: FileAnalysis): string {
  const level = floor === undefined ? 'no noise floor' : `noise floor ${floor.toFixed(1)} dBFS`;
  const count = sections.length === 1 ? '1 section' : `${sections.length} sections`;
  const head = `${file}: ${clock(duration)}, ${windows} windows, ${level}, ${count}\n`;
  const rows = sections.map(({ start, end, peak, score }) => {
    const times = `${clock(start).padStart(12)} - ${clock(end).padEnd(12)}`;
    return `${times} peak ${peak.toFixed(1).padStart(6)} dBFS  score ${score.toFixed(1).padStart(5)} dB\n`;
  });
  return head + rows.join('');
}

/** h:mm:ss.t */
function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const two = (value: number): string => String(value).padStart(2, '0');
  const whole = Math.floor(tenths / 10);
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${tenths % 10}`;
}
