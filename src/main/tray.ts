import { Menu, type MenuItemConstructorOptions, type NativeImage, Tray, nativeImage } from 'electron';
import type { Studio } from '../engine/studio/studio.ts';
import type { Alarm } from '../shared/domain/alarm.ts';
import type { SourceStatus } from '../shared/domain/source.ts';
import type { Log } from '../shared/ports/log.ts';
import type { AlarmId, SourceId } from '../shared/units.ts';
import { drawTrayIcon, type TrayFace } from './trayIcon.ts';
import { tooltipOf, type TrayLine, trayMenu, type TrayView, trayView } from './trayView.ts';

export interface TrayOptions {
  readonly studio: Pick<Studio, 'onEvent'>;
  readonly log: Log;
  /** Sets a marker at the instant of the click. */
  readonly onMark: () => void;
  readonly onOpen: () => void;
  readonly onQuit: () => void;
}

/** Statuses come once a second from every source; the tray follows them together, ms. */
const FOLLOW_MS = 500;

/** Puts an icon into the tray that follows the studio. Where there is no tray, the log says so and nothing else happens. */
export function openTray({ studio, log, onMark, onOpen, onQuit }: TrayOptions): void {
  let tray: Tray;
  try {
    tray = new Tray(iconOf('idle'));
  } catch (error) {
    log.warn('This desktop has no tray; the window shows what it would.', { error: String(error) });
    return;
  }
  tray.on('click', onOpen);

  const statuses = new Map<SourceId, SourceStatus>();
  const alarms = new Map<AlarmId, Alarm>();
  let shown: string | undefined;
  let face: TrayFace | undefined;
  const show = (): void => {
    const view = trayView(statuses.values(), [...alarms.values()].toReversed());
    const key = JSON.stringify(view);
    if (key === shown || tray.isDestroyed()) return;
    shown = key;
    tray.setToolTip(tooltipOf(view));
    tray.setContextMenu(Menu.buildFromTemplate(menuOf(view, { mark: onMark, open: onOpen, quit: onQuit })));
    if (view.face === face) return;
    face = view.face;
    tray.setImage(iconOf(face));
    log.info('The tray has another icon.', { shows: face });
  };
  show();

  let waiting = false;
  const follow = (): void => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      show();
    }, FOLLOW_MS).unref();
  };
  studio.onEvent((name, payload) => {
    // The compiler cannot follow that the payload belongs to the name.
    if (name === 'sources.status') {
      const status = payload as SourceStatus;
      // A source that was removed was disarmed before.
      if (status.state === 'disarmed') statuses.delete(status.sourceId);
      else statuses.set(status.sourceId, status);
    } else if (name === 'alarms.changed') {
      const alarm = payload as Alarm;
      if (alarm.clearedAt === undefined) alarms.set(alarm.id, alarm);
      else alarms.delete(alarm.id);
    } else return;
    follow();
  });
}

type Actions = Readonly<Record<NonNullable<TrayLine['does']>, () => void>>;

function menuOf(view: TrayView, actions: Actions): MenuItemConstructorOptions[] {
  const [told, done] = trayMenu(view);
  const item = ({ label, does }: TrayLine): MenuItemConstructorOptions =>
    does === undefined ? { label, enabled: false } : { label, click: actions[does] };
  return [...told.map(item), { type: 'separator' }, ...done.map(item)];
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
