import { execFile } from 'node:child_process';
import { errnoOf } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';

/** Longer than a desktop takes to answer, ms. */
const PATIENCE_MS = 5000;
const WATCHER = 'org.kde.StatusNotifierWatcher';
const PATH = '/StatusNotifierWatcher';
const PROPERTY = 'IsStatusNotifierHostRegistered';
const GET = 'org.freedesktop.DBus.Properties.Get';

/** Programs that ask the session bus; every desktop has one of them. Each prints `true` where a tray is there. */
const QUESTIONS = [
  `busctl --user --auto-start=no get-property ${WATCHER} ${PATH} ${WATCHER} ${PROPERTY}`,
  `gdbus call --session --timeout 2 --dest ${WATCHER} --object-path ${PATH} --method ${GET} ${WATCHER} ${PROPERTY}`,
  `dbus-send --session --print-reply --reply-timeout=2000 --dest=${WATCHER} ${PATH} ${GET} string:${WATCHER} string:${PROPERTY}`,
];

/**
 * Whether a tray is there now. Linux desktops tell by the StatusNotifierWatcher on their session bus; Electron finds
 * out, and tells nobody. LONGTAKE_TRAY, `1` or `0`, says it where that is wrong. Others always have one.
 */
async function hasTrayNow(log: Log): Promise<boolean> {
  const said = process.env['LONGTAKE_TRAY'];
  if (said === '1' || said === '0') return said === '1';
  if (process.platform !== 'linux') return true;
  for (const question of QUESTIONS) {
    const [command = '', ...args] = question.split(' ');
    const answer = await ask(command, args);
    if (answer === 'no such program') continue;
    log.debug('The session bus was asked for a tray.', { command, answer });
    return /\btrue\b/.test(answer);
  }
  log.info(
    'No program is there that could ask the session bus for a tray: it is taken for granted that there is none.',
  );
  return false;
}

/** What the program printed; where it fails, nothing is there to answer. */
function ask(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      if (error && errnoOf(error) === 'ENOENT') resolve('no such program');
      else resolve(error ? `no: ${stderr.trim().replaceAll(/\btrue\b/g, '')}` : stdout);
    });
  });
}

/** Trays of some desktops come after what is started at log-in: so often, and after this long each, ms, one is looked for. */
const LATE = { tries: 12, everyMs: 10_000 };

/** Knows whether there is a tray, as of the last look. */
export class TrayHost {
  readonly #onChange: () => void;
  readonly #log: Log;
  #isThere = false;

  /** `onChange`: a tray has come or gone since the last look. */
  constructor(onChange: () => void, log: Log) {
    this.#onChange = onChange;
    this.#log = log;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  async look(): Promise<boolean> {
    const found = await hasTrayNow(this.#log);
    if (found !== this.#isThere) {
      this.#isThere = found;
      this.#log.info(found ? 'This desktop has a tray.' : 'The tray is gone.');
      this.#onChange();
    }
    return found;
  }

  /** Looks for one that comes late. Returns the end of it. */
  waitForOne(): () => void {
    let tries = 0;
    const timer = setInterval(() => {
      tries += 1;
      if (this.#isThere || tries > LATE.tries) clearInterval(timer);
      else void this.look();
    }, LATE.everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }
}
