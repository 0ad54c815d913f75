import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cost, CostMeter } from './processCost.ts';

/** Lets programs that were just started record for a while, measures them all, and ends them as a person would. */
export async function runPeers(name: string, children: readonly ChildProcess[], seconds: number): Promise<Cost> {
  for (const child of children) {
    child.stdout?.resume();
    child.stderr?.resume();
  }
  const meter = new CostMeter(children.map(({ pid }) => pid ?? 0));
  await sleep(seconds * 1000);
  const cost = await meter.end();
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null) throw new Error(`${name} ended before its time.`);
      const exit = once(child, 'exit');
      child.kill('SIGINT');
      await exit;
    }),
  );
  return cost;
}
