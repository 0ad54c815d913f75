import { dialogsStore } from '../../stores/dialogs.ts';
import { type ExportContent, copyAsFile, exportsStore } from '../../stores/exports.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { selectionStore } from '../../stores/selection.ts';
import { canSnap, selectionContent } from './selectionContent.ts';

/** What cut and export mean now: the selection, else the section that is played, else the recording that is open. */
export function presentContent(): ExportContent | undefined {
  const { recording, clip } = playerStore.getState();
  const { selection, snap } = selectionStore.getState();
  if (recording && selection?.recordingId === recording.id) {
    return selectionContent(selection, snap && canSnap(recording.container));
  }
  const section = clip?.parts[clip.part];
  if (section) return { kind: 'sections', ids: [section.id] };
  return recording && recording.state !== 'recording' ? { kind: 'recordings', ids: [recording.id] } : undefined;
}

export function runExportCommand(name: 'cut' | 'export' | 'copyCut'): void {
  const content = presentContent();
  if (!content) {
    noticesStore.getState().show('info', 'Open a recording, or select a part of it with I and O, to export it.');
    return;
  }
  switch (name) {
    case 'cut':
      return attempt(exportsStore.getState().start({ content, format: { kind: 'cut' }, shape: 'one' }));
    case 'copyCut':
      return attempt(copyAsFile(content));
    case 'export':
      return dialogsStore.getState().show({ name: 'export', content });
  }
}
