import { disk } from '../platform/disk.ts';

export const entry = disk;
