import { type Control, type ControlOptions, openControl } from './controlServer.ts';

type Answering = NonNullable<ControlOptions['studio']>;

export interface HeldProfile {
  /** Commands are answered by this studio once it has started. */
  answerWith(studio: Answering, started: Promise<void>): void;
  close(): void;
}

/** Takes the profile before anything in it is touched, and so before there is a studio. Rejects as `open` does. */
export async function holdProfile(
  options: Pick<ControlOptions, 'folder' | 'kind' | 'log'>,
  open: (options: ControlOptions) => Promise<Control | undefined> = openControl,
): Promise<HeldProfile> {
  let known: Answering | undefined;
  let give: (started: Promise<void>) => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    give = resolve;
  });
  const studio = (): Answering => {
    if (!known) throw new Error('The studio was asked before it was there.');
    return known;
  };
  const control = await open({
    ...options,
    studio: {
      get handlers() {
        return studio().handlers;
      },
      onEvent: (listener) => studio().onEvent(listener),
    },
    ready: () => ready,
  });
  return {
    answerWith: (answering, started) => {
      known = answering;
      give(started);
    },
    close: () => control?.close(),
  };
}
