import { ClipboardCopy, Download, Scissors } from 'lucide-react';
import { isInBrowser } from '../../bridge/bridge.ts';
import type { MenuItem } from '../../elements/Menu.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { type ExportContent, copyAsFile, exportsStore } from '../../stores/exports.ts';
import { canBeReady, UP_TO } from './readyWords.ts';
import { attempt } from '../../stores/notices.ts';

/** What can be taken out of the studio: as it is, in another format, or by the clipboard. `seconds`: how long it is. */
export function exportMenu(content: ExportContent | undefined, seconds: number): readonly MenuItem[] {
  if (!content) return [];
  const isOne = content.kind === 'range' || ('ids' in content && content.ids.length === 1);
  const copyWords = isInBrowser() ? 'Download as file' : 'Copy as file';
  const cut = { content, format: { kind: 'cut' as const }, shape: 'one' as const };
  return [
    ...(isOne
      ? [
          {
            label: 'Save as…',
            icon: <Scissors size={14} />,
            onSelect: () => attempt(exportsStore.getState().start(cut)),
          },
        ]
      : []),
    {
      label: 'Export…',
      icon: <Download size={14} />,
      onSelect: () => dialogsStore.getState().show({ name: 'export', content }),
    },
    ...(isOne
      ? [
          {
            label: canBeReady(seconds) ? copyWords : `${copyWords} (${UP_TO})`,
            disabled: !canBeReady(seconds),
            icon: <ClipboardCopy size={14} />,
            onSelect: () => attempt(copyAsFile(content)),
          },
        ]
      : []),
  ];
}
