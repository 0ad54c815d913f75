import { capture } from '../capture/capture.ts';

export type Recorder = number;
export const recorder = capture;
