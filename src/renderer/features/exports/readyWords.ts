import { MAX_READY_SECONDS } from '../../../shared/contract/exports.ts';

export const UP_TO = `up to ${MAX_READY_SECONDS / 3600} h`;

/** Whether it can be dragged out, or copied as a file. */
export const canBeReady = (seconds: number): boolean => seconds <= MAX_READY_SECONDS;

/** For the pointer that rests on what drags the selection. */
export const dragWords = (seconds: number): string =>
  canBeReady(seconds)
    ? 'Drag the selection into a folder, a message or an editor'
    : `Too long to be dragged (${UP_TO}): use Cut`;
