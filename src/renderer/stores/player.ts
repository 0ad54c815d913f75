import { createStore, useStore } from 'zustand';
import { request, type RequestOutput } from '../bridge/bridge.ts';
import { canPlay, lengthMs } from '../format/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { libraryStore } from './library.ts';
import { sentence, noticesStore } from './notices.ts';
import { audio, closeAudio, nextRate, openAudio } from './playerAudio.ts';

/** More pairs than the widest screen has points; a second of an hour is then one pair. */
const WAVEFORM_POINTS = 4000;

export type Waveform =
  | { readonly name: 'none' }
  | { readonly name: 'loading' }
  | ({ readonly name: 'ready' } & RequestOutput<'recordings.peaks'>)
  /** The recording can be played, but not drawn; `message` says why. */
  | { readonly name: 'missing'; readonly message: string };

interface PlayerState {
  readonly recording: Recording | undefined;
  readonly playing: boolean;
  readonly rate: number;
  /** 0..1 */
  readonly volume: number;
  readonly waveform: Waveform;
  /** Why the recording cannot be played. */
  readonly problem: string | undefined;
  /** Opens a recording and plays it. One that is still being recorded is only shown. */
  open(recording: Recording): Promise<void>;
  close(): void;
  retry(): void;
  toggle(): void;
  /** Seconds from the start. */
  seekTo(seconds: number): void;
  seekBy(seconds: number): void;
  setRate(rate: number): void;
  stepRate(direction: -1 | 1): void;
  setVolume(volume: number): void;
  /** Opens the recording of the same source before (-1) or after (1) this one. */
  step(direction: -1 | 1): Promise<void>;
  /** The studio has news of a recording. */
  applyRecording(recording: Recording): void;
  /** These were deleted. */
  removed(ids: readonly Recording['id'][]): void;
}

export const playerStore = createStore<PlayerState>()((set, get) => {
  const isOpen = (recording: Recording): boolean => get().recording?.id === recording.id;

  const play = (): void => {
    audio.play().catch((error: unknown) => {
      // Another recording was opened, or the error event has told more already.
      if (error instanceof DOMException && (error.name === 'AbortError' || error.name === 'NotSupportedError')) return;
      set({ problem: `The recording cannot be played: ${String(error)}` });
    });
  };

  const loadWaveform = async (recording: Recording): Promise<void> => {
    set({ waveform: { name: 'loading' } });
    try {
      const peaks = await request('recordings.peaks', { id: recording.id, points: WAVEFORM_POINTS });
      if (isOpen(recording)) set({ waveform: { name: 'ready', ...peaks } });
    } catch (error) {
      if (isOpen(recording)) set({ waveform: { name: 'missing', message: sentence(error) } });
      if (!(error instanceof LongtakeError)) throw error;
    }
  };

  return {
    recording: undefined,
    playing: false,
    rate: 1,
    volume: 1,
    waveform: { name: 'none' },
    problem: undefined,
    async open(recording) {
      if (isOpen(recording) && get().problem === undefined && canPlay(recording)) return play();
      closeAudio();
      set({ recording, problem: undefined, waveform: { name: 'none' } });
      if (recording.state === 'damaged') {
        set({ problem: 'This file cannot be read as audio. It is left as it is; another program may rescue parts.' });
      }
      if (!canPlay(recording)) return;
      openAudio(recording.id);
      // A new source sets the speed back.
      audio.playbackRate = get().rate;
      play();
      await loadWaveform(recording);
    },
    close() {
      closeAudio();
      set({ recording: undefined, problem: undefined, waveform: { name: 'none' } });
    },
    retry() {
      const { recording } = get();
      if (!recording) return;
      set({ recording: undefined });
      void get().open(recording);
    },
    toggle() {
      const { recording, problem } = get();
      if (!recording || !canPlay(recording) || problem !== undefined) return;
      if (audio.paused) play();
      else audio.pause();
    },
    seekTo(seconds) {
      const { recording } = get();
      if (!recording || !canPlay(recording)) return;
      audio.currentTime = Math.max(0, Math.min(seconds, lengthMs(recording) / 1000));
    },
    seekBy(seconds) {
      get().seekTo(audio.currentTime + seconds);
    },
    setRate(rate) {
      audio.playbackRate = rate;
      set({ rate });
    },
    stepRate(direction) {
      get().setRate(nextRate(get().rate, direction));
    },
    setVolume(volume) {
      audio.volume = Math.max(0, Math.min(1, volume));
      set({ volume: audio.volume });
    },
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
    applyRecording(recording) {
      if (!isOpen(recording)) return;
      const finished = get().recording?.state === 'recording' && canPlay(recording);
      set({ recording });
      if (!finished) return;
      // It can be played from now on, but nobody has asked for sound at this moment.
      openAudio(recording.id);
      audio.playbackRate = get().rate;
      void loadWaveform(recording);
    },
  };
});

function describe(error: MediaError, { root, path }: Recording): string {
  if (error.code === MediaError.MEDIA_ERR_DECODE) {
    return `The audio cannot be decoded from here on: ${path} is damaged. Recordings next to it are not affected.`;
  }
  return (
    `The file is gone or cannot be read: ${root}/${path}. ` +
    'If it was moved or its disk was removed, put it back and try again.'
  );
}

/** Keeps the store in step with the media element. Returns the end of it. */
export function followAudio(): () => void {
  const abort = new AbortController();
  const listen = (event: string, listener: () => void): void =>
    audio.addEventListener(event, listener, { signal: abort.signal });
  for (const event of ['play', 'playing', 'pause', 'ended', 'emptied']) {
    listen(event, () => playerStore.setState({ playing: !audio.paused && !audio.ended }));
  }
  listen('error', () => {
    const { recording } = playerStore.getState();
    if (audio.error && recording) playerStore.setState({ problem: describe(audio.error, recording), playing: false });
  });
  return () => {
    abort.abort();
    closeAudio();
  };
}

export function usePlayer<Selected>(select: (state: PlayerState) => Selected): Selected {
  return useStore(playerStore, select);
}
