import { existsSync, statSync } from 'node:fs';
import { wasClosedWell } from '../library/closedMark.ts';
import type { CheckCommand, CheckEvent } from '../library/checkProtocol.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ChildHandle, ProcessHost } from '../../shared/ports/processHost.ts';

/** Smaller ones are looked through in less time than a process needs to start. */
const SMALL_BYTES = 8 * 1024 * 1024;
/** After the start there is other work. */
const LATER_MS = 60_000;

export interface LibraryCheckPorts {
  readonly processHost: ProcessHost;
  readonly log: Log;
  /** Of the database; absolute. */
  readonly path: string;
}

/** Has the library looked through in a process of its own: a large one takes a second, and a slow disk longer. */
export class LibraryCheck {
  readonly #ports: LibraryCheckPorts;
  readonly #running = new Set<ChildHandle>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(ports: LibraryCheckPorts) {
    this.#ports = ports;
  }

  /** Before the library is opened: it was looked through now and is sound. What is small, or was closed well, is not. */
  async isSound(): Promise<boolean> {
    const { path } = this.#ports;
    if (!existsSync(path) || statSync(path).size < SMALL_BYTES || wasClosedWell(path)) return false;
    return (await this.#check(false)).type === 'sound';
  }

  /** Looks through it when the start is over. */
  later(onDamaged: () => void): void {
    this.#timer = setTimeout(() => {
      void this.#check(true).then((found) => {
        if (found.type !== 'damaged') return;
        this.#ports.log.error('The library is damaged.', { path: this.#ports.path, result: found.fault });
        onDamaged();
      });
    }, LATER_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const child of this.#running) child.kill();
  }

  /** A process that fails has found nothing; who opens the library looks through it then. */
  async #check(inBackground: boolean): Promise<CheckEvent> {
    const { processHost, log, path } = this.#ports;
    const child = processHost.start('checker');
    this.#running.add(child);
    child.onOutput((stream, line) => log.debug(`checker ${stream}: ${line}`));
    const found = await new Promise<CheckEvent>((resolve) => {
      child.onMessage((message) => resolve(message as CheckEvent));
      child.onExit(({ code }) => resolve({ type: 'failed', reason: `It ended with code ${code ?? 'nothing'}.` }));
      child.send({ path, inBackground } satisfies CheckCommand);
    });
    this.#running.delete(child);
    child.kill();
    if (found.type === 'failed' && !this.#isStopped) {
      log.warn('The library could not be looked through.', { path, reason: found.reason });
    }
    return found;
  }
}
