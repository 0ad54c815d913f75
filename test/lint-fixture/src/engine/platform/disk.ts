import { open } from 'node:fs/promises';
import { capture } from '../capture/capture.ts'; // plants boundaries(dependencies)

export const disk = [open, capture];
