import { app } from 'electron';
import type { Settings } from '../shared/domain/settings.ts';
import type { Log } from '../shared/ports/log.ts';
import { autostartEntry, autostartPath, setAutostart } from './autostart.ts';
import { HIDDEN } from './openRequests.ts';

type LoginSettings = Pick<Settings, 'startAtLogin' | 'startHidden'>;

export interface LoginItemOptions {
  readonly settings: () => LoginSettings;
  /** Why it could not be written down, or undefined now that it could. */
  readonly onProblem: (problem: string | undefined) => void;
  readonly log: Log;
}

/** Has the system start Longtake when the person logs in, as the settings say. */
export class LoginItem {
  readonly #options: LoginItemOptions;
  #set: string | undefined;
  #work = Promise.resolve();

  constructor(options: LoginItemOptions) {
    this.#options = options;
  }

  /** Puts it as the settings have it; at the start of the program, `isChoice` is false. */
  follow(isChoice: boolean): Promise<void> {
    const { startAtLogin, startHidden } = this.#options.settings();
    const wanted = JSON.stringify({ startAtLogin, startHidden });
    if (wanted === this.#set) return this.#work;
    this.#set = wanted;
    this.#work = this.#work.then(() => this.#put({ startAtLogin, startHidden }, isChoice));
    return this.#work;
  }

  async #put({ startAtLogin, startHidden }: LoginSettings, isChoice: boolean): Promise<void> {
    const { onProblem, log } = this.#options;
    const hidden = startHidden === 'never' ? [] : [HIDDEN];
    try {
      if (process.platform === 'linux') await putOnLinux(startAtLogin, hidden, isChoice);
      else if (app.isPackaged) app.setLoginItemSettings({ openAtLogin: startAtLogin, args: hidden });
      else if (startAtLogin) throw new Error('Only an installed Longtake can be started at log-in on this system.');
      onProblem(undefined);
      if (isChoice) log.info('What is started at log-in was written down.', { startAtLogin });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn('What is started at log-in could not be written down.', { error: why });
      onProblem(`What is started at log-in could not be changed. ${why}`);
    }
  }
}

/** macOS tells how it was started in its own way; elsewhere `--hidden` does. */
export function wasOpenedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

async function putOnLinux(startAtLogin: boolean, hidden: readonly string[], isChoice: boolean): Promise<void> {
  const own = process.env['LONGTAKE_USER_DATA'];
  const profile = own === undefined || own === '' ? undefined : app.getPath('userData');
  // Inside of an AppImage, the program is at another place after every start.
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const unconfined = app.commandLine.hasSwitch('no-sandbox') ? ['--no-sandbox'] : [];
  const args = [...(app.isPackaged ? [] : [app.getAppPath()]), ...unconfined, ...hidden];
  const entry = autostartEntry({ program, args, ...(profile === undefined ? {} : { profile }) });
  await setAutostart(autostartPath(profile), startAtLogin ? entry : undefined, isChoice);
}
