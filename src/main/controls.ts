import { assertNever } from '../shared/assertNever.ts';
import type { Studio } from '../engine/studio/studio.ts';
import type { GlobalAction } from '../shared/domain/globalKeys.ts';
import { LongtakeError } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';
import type { SourceBook } from './sourceBook.ts';
import type { TrayAction } from './trayView.ts';

export interface ControlsOptions {
  readonly handlers: Studio['handlers'];
  readonly sources: Pick<SourceBook, 'areAllPaused'>;
  readonly open: () => void;
  readonly quit: () => void;
  /** Something that was asked for did not work. */
  readonly onFailure: (message: string) => void;
  /** Keys were pressed, and what they did cannot be seen everywhere. */
  readonly onDone: (message: string) => void;
  /** ms since 1970 UTC. */
  readonly now: () => number;
  readonly log: Log;
}

/** What a person can do from outside of the window: in the tray, and by keys that work everywhere. */
export class Controls {
  readonly #options: ControlsOptions;

  constructor(options: ControlsOptions) {
    this.#options = options;
  }

  /** In the tray. */
  do(action: TrayAction): void {
    const { open, quit, handlers } = this.#options;
    switch (action.does) {
      case 'mark':
        return this.#mark();
      case 'splitAll':
        return this.#try('No new files could be begun.', () => handlers['sources.split']({}));
      case 'pauseAll':
        return this.#try('Not everything could be paused.', () => handlers['sources.pause']({}));
      case 'resumeAll':
        return this.#try('Not everything could be resumed.', () => handlers['sources.resume']({}));
      case 'open':
        return open();
      case 'quit':
        return quit();
      case 'arm':
      case 'disarm':
      case 'pause':
      case 'resume':
      case 'split': {
        const request = `sources.${action.does}` as const;
        return this.#try('The source did not do what you chose.', () => handlers[request]({ ids: [action.id] }));
      }
      case 'retry':
        return this.#try('The source could not be tried.', () => handlers['sources.retry']({ id: action.id }));
      default:
        return assertNever(action);
    }
  }

  /** By keys. */
  press(action: GlobalAction): void {
    const { handlers, sources, onDone } = this.#options;
    switch (action) {
      case 'mark':
        return this.#mark();
      case 'split':
        return this.do({ does: 'splitAll' });
      case 'pause': {
        const resumes = sources.areAllPaused();
        return this.#try(resumes ? 'Not everything could be resumed.' : 'Not everything could be paused.', async () => {
          await handlers[resumes ? 'sources.resume' : 'sources.pause']({});
          onDone(resumes ? 'Recording goes on.' : 'Recording is paused. The same keys go on.');
        });
      }
      default:
        return assertNever(action);
    }
  }

  /** The marker has the instant of the click or of the key. */
  #mark(): void {
    const at = this.#options.now();
    this.#try('The marker could not be set.', async () => {
      await this.#options.handlers['markers.add']({ at, label: 'Marker' });
    });
  }

  #try(sentence: string, work: () => void | Promise<void>): void {
    const { onFailure, log } = this.#options;
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        log.error(sentence, { error: String(error) });
        const why = error instanceof LongtakeError ? error.message : 'The log has the details.';
        onFailure(`${sentence} ${why}`);
      });
  }
}
