import { AudioWaveform, CircleCheck, CircleX, Copy, FolderOpen, Play, Star, ZoomIn } from 'lucide-react';
import type { SoundEvent, Verdict } from '../../../shared/domain/section.ts';
import { request } from '../../bridge/bridge.ts';
import type { MenuItem } from '../../elements/Menu.tsx';
import { leading } from '../../format/sound.ts';
import { offsetName, wallTimeTenths } from '../../format/time.ts';
import { listen, openInFile } from '../../stores/listening.ts';
import { attempt } from '../../stores/notices.ts';
import { showFileWords } from '../../stores/place.ts';
import { reviewStore } from '../../stores/review.ts';
import { timelineStore } from '../../stores/timeline.ts';
import { exportMenu } from '../exports/exportMenu.tsx';
import { copyText } from '../library/copyText.ts';

const judge = (event: SoundEvent, verdict: Verdict): void => attempt(reviewStore.getState().judge(event, verdict));

/** So much is seen on both sides of an event that one comes near to, ms at least. */
const BESIDE_MS = 10_000;

function comeNear({ from, to }: SoundEvent): void {
  const beside = Math.max(BESIDE_MS, to - from);
  timelineStore.getState().look({ from: from - beside, to: to + beside });
}

/** What can be done with an event; the keys do the same. */
export function eventMenu(event: SoundEvent): readonly MenuItem[] {
  const section = leading(event);
  const { verdict } = event;
  return [
    { label: 'Play', icon: <Play size={14} />, keys: 'Enter', onSelect: () => attempt(listen(event)) },
    {
      label: 'Open in file',
      icon: <AudioWaveform size={14} />,
      onSelect: () => attempt(openInFile(section)),
    },
    { label: 'Show on the timeline', icon: <ZoomIn size={14} />, onSelect: () => comeNear(event) },
    'separator',
    {
      label: verdict === 'keep' ? 'Take back: keep' : 'Keep',
      icon: <CircleCheck size={14} />,
      keys: 'Y',
      onSelect: () => judge(event, 'keep'),
    },
    {
      label: verdict === 'discard' ? 'Take back: discard' : 'Discard',
      icon: <CircleX size={14} />,
      keys: 'N',
      onSelect: () => judge(event, 'discard'),
    },
    {
      label: verdict === 'star' ? 'Take back: star' : 'Star',
      icon: <Star size={14} />,
      keys: 'S',
      onSelect: () => judge(event, 'star'),
    },
    'separator',
    ...exportMenu(
      { kind: 'sections', ids: event.sections.map(({ id }) => id) },
      event.sections.reduce((sum, { fromSeconds, toSeconds }) => sum + toSeconds - fromSeconds, 0),
    ),
    'separator',
    {
      label: 'Copy time',
      icon: <Copy size={14} />,
      onSelect: () =>
        copyText(
          `${section.day} ${wallTimeTenths(event.from, section.offsetMinutes)} ${offsetName(section.offsetMinutes)}`,
        ),
    },
    {
      label: showFileWords(),
      icon: <FolderOpen size={14} />,
      onSelect: () => attempt(request('desktop.revealRecording', { id: section.recordingId })),
    },
  ];
}
