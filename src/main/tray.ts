import { Menu, type MenuItemConstructorOptions, type NativeImage, Tray, nativeImage } from 'electron';
import type { Studio } from '../engine/studio/studio.ts';
import type { Alarm } from '../shared/domain/alarm.ts';
import type { Log } from '../shared/ports/log.ts';
import type { AlarmId } from '../shared/units.ts';
import type { ExportProgress } from './exportProgress.ts';
import type { SourceBook } from './sourceBook.ts';
import { drawTrayIcon, type TrayFace } from './trayIcon.ts';
import { tooltipOf, type TrayAction, type TrayLine, trayMenu, type TrayView, trayView } from './trayView.ts';

export interface TrayOptions {
  readonly studio: Pick<Studio, 'onEvent'>;
  readonly sources: Pick<SourceBook, 'list'>;
  readonly exporting: Pick<ExportProgress, 'words'>;
  readonly log: Log;
  readonly onAction: (action: TrayAction) => void;
}

/** Statuses come once a second from every source; the tray follows them together, ms. */
const FOLLOW_MS = 500;
const FOLLOWED = new Set(['sources.status', 'sources.changed', 'alarms.changed', 'exports.changed']);

/** An icon in the tray, once it is placed, that follows the studio, with a menu that is built anew only when something in it changes. */
export class StudioTray {
  readonly #options: TrayOptions;
  readonly #alarms = new Map<AlarmId, Alarm>();
  #tray: Tray | undefined;
  #shown: string | undefined;
  #face: TrayFace | undefined;
  #isWaiting = false;

  constructor(options: TrayOptions) {
    this.#options = options;
    options.studio.onEvent((name, payload) => {
      if (!FOLLOWED.has(name)) return;
      if (name === 'alarms.changed') {
        // The compiler cannot follow that the payload belongs to the name.
        const alarm = payload as Alarm;
        if (alarm.clearedAt === undefined) this.#alarms.set(alarm.id, alarm);
        else this.#alarms.delete(alarm.id);
      }
      this.follow();
    });
  }

  /** Whether there is an icon that a tray could show. */
  get isPlaced(): boolean {
    return this.#tray !== undefined;
  }

  /** Puts the icon into the tray, also anew: one that was made before there was a tray never gets there by itself. */
  place(): void {
    this.#tray?.destroy();
    this.#tray = undefined;
    this.#shown = undefined;
    const { face } = this.#view();
    try {
      const tray = new Tray(iconOf(face));
      tray.on('click', () => this.#options.onAction({ does: 'open' }));
      this.#tray = tray;
      this.#face = face;
    } catch (error) {
      this.#options.log.warn('This desktop has no tray; the window shows what it would.', { error: String(error) });
    }
    this.#show();
  }

  /** Shows what there is to show now, soon. */
  follow(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      this.#show();
    }, FOLLOW_MS).unref();
  }

  #show(): void {
    const { log } = this.#options;
    const view = this.#view();
    const key = JSON.stringify(view);
    const tray = this.#tray;
    if (key === this.#shown || !tray || tray.isDestroyed()) return;
    this.#shown = key;
    tray.setToolTip(tooltipOf(view));
    tray.setContextMenu(Menu.buildFromTemplate(this.#template(trayMenu(view))));
    if (view.face === this.#face) return;
    this.#face = view.face;
    tray.setImage(iconOf(view.face));
    log.info('The tray has another icon.', { shows: view.face });
  }

  #view(): TrayView {
    const { sources, exporting } = this.#options;
    return trayView(sources.list(), [...this.#alarms.values()].toReversed(), exporting.words());
  }

  #template(groups: readonly (readonly TrayLine[])[]): MenuItemConstructorOptions[] {
    return groups.flatMap((group, index) => [
      ...(index > 0 ? [{ type: 'separator' as const }] : []),
      ...group.map((line) => this.#item(line)),
    ]);
  }

  #item({ label: text, action, lines }: TrayLine): MenuItemConstructorOptions {
    // A single one would underline the letter after it.
    const label = text.replaceAll('&', '&&');
    if (lines) return { label, submenu: lines.map((line) => this.#item(line)) };
    return action ? { label, click: () => this.#options.onAction(action) } : { label, enabled: false };
  }
}

/** In every size that a tray may ask for. */
function iconOf(face: TrayFace): NativeImage {
  const isMac = process.platform === 'darwin';
  // Trays of Linux are 22 pixels high.
  const base = process.platform === 'linux' ? 22 : 16;
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 1.25, 1.5, 2, 3]) {
    image.addRepresentation({ scaleFactor, buffer: drawTrayIcon(face, Math.round(base * scaleFactor), isMac) });
  }
  image.setTemplateImage(isMac);
  return image;
}
