import { CircleDot, CircleStop, FolderOpen, Pause, Pencil, Play, RotateCw, Scissors, Trash2 } from 'lucide-react';
import { isInBrowser, request, type Source } from '../../bridge/bridge.ts';
import type { MenuItem } from '../../elements/Menu.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { isArmed, isPaused, sourcesStore } from '../../stores/sources.ts';

const ICON = 14;

/** Starts or stops a source. */
export function toggleArmed(source: Source): void {
  const { arm, disarm } = sourcesStore.getState();
  const ids = [source.config.id];
  attempt(isArmed(source) ? disarm(ids) : arm(ids));
}

/** Pauses an armed source, or resumes it; nothing happens to one that is off. */
export function togglePaused(source: Source): void {
  if (!isArmed(source)) return;
  const { pause, resume } = sourcesStore.getState();
  const ids = [source.config.id];
  attempt(isPaused(source) ? resume(ids) : pause(ids));
}

/** Begins a new file of a source that records. */
export function splitNow(source: Source): void {
  if (source.status.state === 'recording') attempt(sourcesStore.getState().split([source.config.id]));
}

/** Resumes all when all that are armed are paused; else pauses all. */
export function toggleAllPaused(): void {
  const { byId, pause, resume } = sourcesStore.getState();
  const armed = [...byId.values()].filter(isArmed);
  if (armed.length > 0) attempt(armed.every(isPaused) ? resume() : pause());
}

/** Everything that can be done with a source; the same on a right click and in the menu of its button. */
export function sourceActions(source: Source): readonly MenuItem[] {
  const { id } = source.config;
  const { state, recording } = source.status;
  const { show } = dialogsStore.getState();
  return [
    isArmed(source)
      ? { label: 'Stop recording', icon: <CircleStop size={ICON} />, onSelect: () => toggleArmed(source) }
      : { label: 'Record', icon: <CircleDot size={ICON} />, onSelect: () => toggleArmed(source) },
    isPaused(source)
      ? { label: 'Resume', icon: <Play size={ICON} />, onSelect: () => togglePaused(source) }
      : {
          label: 'Pause',
          icon: <Pause size={ICON} />,
          disabled: !isArmed(source),
          onSelect: () => togglePaused(source),
        },
    {
      label: 'Begin a new file now',
      icon: <Scissors size={ICON} />,
      disabled: state !== 'recording',
      onSelect: () => splitNow(source),
    },
    {
      label: 'Try now',
      icon: <RotateCw size={ICON} />,
      disabled: state !== 'reconnecting' && state !== 'failed',
      onSelect: () => attempt(sourcesStore.getState().retry(id)),
    },
    {
      label: isInBrowser() ? 'Download current file' : 'Show current file',
      icon: <FolderOpen size={ICON} />,
      disabled: recording === undefined,
      onSelect: () => {
        if (recording) attempt(request('desktop.revealRecording', { id: recording.id }));
      },
    },
    'separator',
    { label: 'Edit…', icon: <Pencil size={ICON} />, onSelect: () => show({ name: 'editSource', id }) },
    { label: 'Remove…', icon: <Trash2 size={ICON} />, onSelect: () => show({ name: 'removeSource', id }) },
  ];
}
