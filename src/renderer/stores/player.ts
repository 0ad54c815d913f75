import { createStore, useStore } from 'zustand';
import type { RequestOutput } from '../bridge/bridge.ts';
import { canPlay } from '../format/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Section, SoundEvent } from '../../shared/domain/section.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { SourceId } from '../../shared/units.ts';
import { libraryStore } from './library.ts';
import { attempt, sentence, noticesStore } from './notices.ts';
import { deck } from './playerDeck.ts';
import { type Direction, type EventQueue, homeQueue, type QueuePlace } from './playerQueue.ts';
import { nextRate } from './playerRates.ts';
import { lengthOf } from './playerLength.ts';
import { isAtEnd, type Loop, loopOf } from './playerLoop.ts';
import { overviewOf, playProblem, redrawnAfter } from './playerOverview.ts';
import { fileStretch, forgetPrepared, partsOf, preparePart, reaches } from './playerStretch.ts';

/** So long there may be nothing of it that can be drawn yet, s. */
const HOPE_S = 5;

export type Waveform =
  | { readonly name: 'none' }
  | { readonly name: 'loading' }
  | ({ readonly name: 'ready' } & RequestOutput<'recordings.peaks'>)
  /** The recording can be played, but not drawn; `message` says why. */
  | { readonly name: 'missing'; readonly message: string };

/** The event that is played as a clip. */
export interface Playing {
  readonly event: SoundEvent;
  /** Of one source, in the order of time; played one after the other. */
  readonly parts: readonly Section[];
  /** Index of the part that is open. */
  readonly part: number;
}

interface PlayerState {
  readonly recording: Recording | undefined;
  readonly playing: boolean;
  readonly rate: number;
  /** 0..1 */
  readonly volume: number;
  /** Plays the next event at the end of one. */
  readonly autoAdvance: boolean;
  /** Plays the selection, the event or the recording again and again. */
  readonly loop: boolean;
  readonly waveform: Waveform;
  /** Why the recording cannot be played. */
  readonly problem: string | undefined;
  /** The event that was chosen last; the recording is the one of its part. */
  readonly clip: Playing | undefined;
  /** Its end is not the end of what is played: the person went on in the recording. */
  readonly inFile: boolean;
  readonly queue: EventQueue | undefined;
  /** "12 of 50". */
  readonly place: Omit<QueuePlace, 'event'> | undefined;
  /** Opens a recording and plays it. One that is still being recorded is only shown. */
  open(recording: Recording): Promise<void>;
  /** Opens a recording at a position, s. */
  openAt(recording: Recording, seconds: number): Promise<void>;
  /** Plays an event; K and J go on in `queue`, or in the queue that was used last. */
  playEvent(event: SoundEvent, queue?: EventQueue, sourceId?: SourceId): Promise<void>;
  /** Makes an event ready, so that it sounds at once when it is played. */
  prepare(event: SoundEvent): void;
  /** Plays the event after (1) or before (-1) the present one; `unreviewed`: the nearest without a verdict. */
  stepEvent(direction: Direction, unreviewed?: boolean): Promise<void>;
  /** Goes on in the whole recording, at the same position. */
  openInFile(): void;
  close(): void;
  retry(): void;
  toggle(): void;
  /** Seconds from the start. */
  seekTo(seconds: number): void;
  seekBy(seconds: number): void;
  setRate(rate: number): void;
  stepRate(direction: Direction): void;
  setVolume(volume: number): void;
  setAutoAdvance(on: boolean): void;
  setLoop(on: boolean): void;
  /** What is repeated may be another stretch now. */
  selected(): void;
  /** Opens the recording of the same source before (-1) or after (1) this one. */
  step(direction: Direction): Promise<void>;
  /** The recording in progress has grown. */
  grown(): void;
  /** The studio has news of a recording. */
  applyRecording(recording: Recording): void;
  /** These were deleted. */
  removed(ids: readonly Recording['id'][]): void;
}

/** In the performance timeline: from asking for an event to its sound. */
const SOUND_MEASURE = 'longtake:sound';

/** What is longer than this is played on when what was open of it ends, s. */
const GOES_ON_S = 2;

const NO_CLIP = { clip: undefined, inFile: false, place: undefined } as const;

export const playerStore = createStore<PlayerState>()((set, get) => {
  const isOpen = (recording: Recording): boolean => get().recording?.id === recording.id;
  /** Counts what was asked to be opened, so that a slow answer never replaces a newer one. */
  let opened = 0;
  /** When sound was asked for, as performance.now() counts; undefined once it is heard. */
  let askedAt: number | undefined;
  /** Where the recording is being opened, s. */
  let heading: number | undefined;
  /** Its overview has been asked for. */
  let isDrawing = false;
  /** What is played of the section that is open, s. */
  let bounds = { from: 0, to: Infinity };

  const play = (): void => {
    deck.play().catch((error: unknown) => {
      // Another recording was opened, or the error event has told more already.
      if (error instanceof DOMException && (error.name === 'AbortError' || error.name === 'NotSupportedError')) return;
      set({ problem: `The recording cannot be played: ${String(error)}` });
    });
  };

  const loadWaveform = async (recording: Recording): Promise<void> => {
    if (get().waveform.name !== 'ready') set({ waveform: { name: 'loading' } });
    isDrawing = true;
    try {
      const peaks = await overviewOf(recording);
      if (isOpen(recording)) set({ waveform: { name: 'ready', ...peaks } });
    } catch (error) {
      if (isOpen(recording)) set({ waveform: { name: 'missing', message: sentence(error) } });
      if (!(error instanceof LongtakeError)) throw error;
    } finally {
      isDrawing = false;
    }
  };

  /** Shows a recording; its sound is opened by who calls. */
  const show = (recording: Recording): void => {
    if (isOpen(recording) && get().problem === undefined) return;
    set({ recording, problem: undefined, waveform: { name: 'none' } });
    if (recording.state === 'damaged') {
      set({ problem: 'This file cannot be read as audio. It is left as it is; another program may rescue parts.' });
    }
    if (!canPlay(recording)) deck.close();
    else attempt(loadWaveform(recording));
  };

  const openPart = async (playing: Playing, asked = performance.now()): Promise<void> => {
    opened += 1;
    const mine = opened;
    const section = playing.parts[playing.part];
    if (!section) return;
    const { recording, stretch, from, to } = await preparePart(section, playing.part === 0);
    if (mine !== opened) return;
    askedAt = asked;
    show(recording);
    set({ clip: playing, inFile: false });
    if (!canPlay(recording)) return;
    bounds = { from, to };
    deck.load(stretch, from);
    limit(from);
    play();
  };

  /** Opens the recording itself at a position. */
  const openFile = async (recording: Recording, at: number, sounds: boolean): Promise<void> => {
    opened += 1;
    const mine = opened;
    heading = at;
    try {
      const stretch = await fileStretch(recording, at);
      if (mine !== opened) return;
      deck.load(stretch, at);
      limit(at);
      if (sounds) play();
    } finally {
      if (mine === opened) heading = undefined;
    }
  };

  /** What is repeated; undefined without a selection in what is open. */
  const loop = (): Loop | undefined => loopOf(get().loop ? get().recording : undefined);

  /** Where `finished` is told: at the end of what is repeated while the playhead is before it. */
  const limit = (at = deck.position): void => {
    const { clip, inFile } = get();
    const round = loop();
    // A selection that goes on after the section is no part of the section.
    if (round && clip && !inFile && round.to > bounds.to) set({ inFile: true });
    const end = clip && !get().inFile ? bounds.to : Infinity;
    deck.setLimit(round && at < round.to ? Math.min(round.to, end) : end);
  };

  /** Anywhere in the recording that is open. */
  const goTo = (recording: Recording, at: number, sounds: boolean): void => {
    // What is still being opened is left for the new position.
    if (heading !== undefined || !reaches(deck.stretch, recording, at)) {
      return attempt(openFile(recording, at, sounds));
    }
    deck.seek(at);
    limit(at);
    if (sounds && !deck.playing) play();
  };

  /** Goes to the beginning of what is repeated when the playhead is not in it. */
  const enterLoop = (): void => {
    const round = loop();
    if (round && deck.playing && (deck.position < round.from || isAtEnd(round, deck.position))) {
      get().seekTo(round.from);
    } else limit();
  };

  /** A file that is heard in slices goes on without a pause where one ends. */
  const warmSlice = async (recording: Recording): Promise<void> => {
    const end = deck.stretch?.to ?? Infinity;
    if (recording.state === 'recording' || end + GOES_ON_S >= lengthOf(recording)) return;
    const stretch = await fileStretch(recording, end);
    if (isOpen(recording) && deck.stretch?.to === end) deck.warm(stretch, end);
  };

  /** Makes ready what comes next. */
  const warmNext = async (): Promise<void> => {
    const { clip, inFile, queue, recording } = get();
    if (!clip || inFile) return recording && warmSlice(recording);
    const event = clip.part + 1 < clip.parts.length ? clip.event : await queue?.peek?.(clip.event);
    const section = event === clip.event ? clip.parts[clip.part + 1] : event && partsOf(event)[0];
    if (!section) return;
    const { stretch, from } = await preparePart(section, event !== clip.event);
    if (get().clip === clip) deck.warm(stretch, from);
  };

  const finished = (): void => {
    const { loop: again, clip, inFile, autoAdvance, recording } = get();
    const round = loop();
    if (round && recording && isAtEnd(round, deck.position)) return goTo(recording, round.from, true);
    if (clip && !inFile) {
      if (clip.part + 1 < clip.parts.length) return attempt(openPart({ ...clip, part: clip.part + 1 }));
      if (again) return attempt(openPart({ ...clip, part: 0 }));
      deck.pause();
      if (autoAdvance) attempt(get().stepEvent(1));
      return;
    }
    if (!recording) return;
    const end = deck.stretch?.to ?? Infinity;
    if (end + GOES_ON_S < lengthOf(recording)) attempt(openFile(recording, end, true));
    else if (again) attempt(openFile(recording, round?.from ?? 0, true));
  };

  const failedToPlay = (): void => {
    const { recording } = get();
    if (deck.error && recording) set({ problem: playProblem(deck.error, recording), playing: false });
  };

  deck.on((event) => {
    set({ playing: deck.playing });
    if (event === 'sounding' && askedAt !== undefined) {
      performance.measure(SOUND_MEASURE, { start: askedAt });
      askedAt = undefined;
    }
    // Nobody waits for what is only made ready: that it fails is told when it is asked for.
    if (event === 'sounding') warmNext().catch(() => undefined);
    if (event === 'finished') finished();
    else if (event === 'failed') failedToPlay();
  });

  return {
    recording: undefined,
    playing: false,
    rate: 1,
    volume: 1,
    autoAdvance: false,
    loop: false,
    waveform: { name: 'none' },
    problem: undefined,
    queue: undefined,
    ...NO_CLIP,
    async open(recording) {
      if (isOpen(recording) && get().problem === undefined && canPlay(recording)) return play();
      await get().openAt(recording, 0);
    },
    async openAt(recording, seconds) {
      show(recording);
      set(NO_CLIP);
      if (canPlay(recording)) await openFile(recording, seconds, true);
    },
    async playEvent(event, queue = get().queue ?? homeQueue(), sourceId) {
      set({ queue, place: queue?.place(event) });
      await openPart({ event, parts: partsOf(event, sourceId), part: 0 });
    },
    prepare(event) {
      const [section] = partsOf(event);
      if (!section) return;
      // Nobody waits for what is only made ready: that it fails is told when it is asked for.
      preparePart(section, true).then(
        ({ stretch, from }) => deck.warm(stretch, from),
        () => undefined,
      );
    },
    async stepEvent(direction, unreviewed = false) {
      const queue = get().queue ?? homeQueue();
      if (!queue) return;
      const next = await queue.step(get().clip?.event, direction, unreviewed);
      if (!next) {
        const which = unreviewed ? 'without a verdict ' : '';
        const where = direction === 1 ? 'after' : 'before';
        return noticesStore.getState().show('info', `There is no section ${which}${where} this one.`);
      }
      const { index, total } = next;
      set({ queue, place: { index, total } });
      await openPart({ event: next.event, parts: partsOf(next.event), part: 0 });
    },
    openInFile() {
      const { recording } = get();
      if (!recording || !canPlay(recording)) return;
      set({ inFile: true });
      attempt(openFile(recording, deck.position, deck.playing));
    },
    close() {
      opened += 1;
      deck.close();
      set({ recording: undefined, problem: undefined, waveform: { name: 'none' }, queue: undefined, ...NO_CLIP });
    },
    retry() {
      const { recording, clip, inFile } = get();
      if (!recording) return;
      set({ recording: undefined });
      attempt(clip && !inFile ? openPart(clip) : get().open(recording));
    },
    toggle() {
      const { recording, problem } = get();
      if (!recording || !canPlay(recording) || problem !== undefined) return;
      const { stretch, position } = deck;
      const round = loop();
      if (deck.playing) deck.pause();
      else if (round && isAtEnd(round, position)) attempt(openFile(recording, round.from, true));
      else if (!stretch || (position >= stretch.to && get().inFile)) attempt(openFile(recording, position, true));
      else play();
    },
    seekTo(seconds) {
      const { recording, clip, inFile } = get();
      if (!recording || !canPlay(recording)) return;
      const at = Math.max(0, Math.min(seconds, lengthOf(recording)));
      if (clip && !inFile && (at < bounds.from || at >= bounds.to)) {
        set({ inFile: true });
      }
      goTo(recording, at, deck.playing);
    },
    seekBy(seconds) {
      get().seekTo((heading ?? deck.position) + seconds);
    },
    setRate(rate) {
      deck.setRate(rate);
      set({ rate });
    },
    stepRate(direction) {
      get().setRate(nextRate(get().rate, direction));
    },
    setVolume(volume) {
      const within = Math.max(0, Math.min(1, volume));
      deck.setVolume(within);
      set({ volume: within });
    },
    setAutoAdvance(autoAdvance) {
      set({ autoAdvance });
    },
    setLoop(on) {
      set({ loop: on });
      enterLoop();
    },
    selected: enterLoop,
    async step(direction) {
      const { recording } = get();
      if (!recording) return;
      const neighbour = await libraryStore.getState().neighbour(recording, direction);
      if (neighbour) return get().open(neighbour);
      const place = direction === 1 ? 'the newest' : 'the oldest';
      noticesStore.getState().show('info', `This is ${place} recording of ${recording.sourceName} nearby.`);
    },
    removed(ids) {
      const open = get().recording;
      if (open && ids.includes(open.id)) get().close();
    },
    grown() {
      const { recording, waveform } = get();
      if (recording?.state !== 'recording' || waveform.name === 'loading') return;
      // What could not be drawn when there was enough of it cannot be drawn a second later.
      if (waveform.name === 'missing' && lengthOf(recording) > HOPE_S) return;
      const drawn = waveform.name === 'ready' ? waveform.durationMs / 1000 : 0;
      if (!isDrawing && lengthOf(recording) >= drawn + redrawnAfter(recording)) attempt(loadWaveform(recording));
    },
    applyRecording(recording) {
      if (!isOpen(recording)) return;
      const isFinished = get().recording?.state === 'recording' && recording.state !== 'recording';
      set({ recording });
      forgetPrepared();
      if (isFinished && canPlay(recording)) attempt(loadWaveform(recording));
    },
  };
});

export function usePlayer<Selected>(select: (state: PlayerState) => Selected): Selected {
  return useStore(playerStore, select);
}
