import { readFile } from 'node:fs/promises'; // plants boundaries(dependencies)
import { capture } from '../capture/capture.ts'; // plants boundaries(dependencies)

export const files = [readFile, capture];
