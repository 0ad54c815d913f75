import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import electronPath from 'electron';
import { chromium, type Page } from 'playwright-core';

/** The driver is attached when the page has long been there, ms: it would slow the start down, and may wait for ever. */
const REST_MS = 3000;

/** A desktop program that was started as a person does, without anything attached to it until it runs. */
export interface StartedProgram {
  /** ms since 1970 UTC. */
  readonly spawnedAt: number;
  /** When its page had first something to show, ms since 1970 UTC. */
  readonly paintedAt: number;
  readonly page: Page;
  /** Ends it and everything of it. */
  end(): Promise<void>;
}

/** `project`: folder of an Electron program that says that it `is running`. */
export async function startTimed(project: string, env: Readonly<Record<string, string>>): Promise<StartedProgram> {
  const port = await freePort();
  const spawnedAt = Date.now();
  const args = [project, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'];
  // Under Node, the package is the path of the program.
  const child = spawn(electronPath as unknown as string, [...args, `--remote-debugging-port=${port}`], {
    env: { ...process.env, LONGTAKE_NO_DIALOGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await saysItRuns(child);
  await sleep(REST_MS);
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('The program has no window.');
  const paintedAt = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = (): void => {
          const [paint] = performance.getEntriesByName('first-contentful-paint');
          if (paint) resolve(performance.timeOrigin + paint.startTime);
          else setTimeout(look, 50);
        };
        look();
      }),
  );
  return {
    spawnedAt,
    paintedAt,
    page,
    end: async () => {
      await browser.close();
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

async function saysItRuns(child: ChildProcess): Promise<void> {
  for await (const piece of child.stdout ?? []) {
    if (!String(piece).includes('is running.')) continue;
    return;
  }
  throw new Error('The program ended before it ran.');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
