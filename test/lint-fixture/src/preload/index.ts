import { contextBridge, ipcRenderer } from 'electron';
import { REQUEST_CHANNEL } from '../shared/contract/bridge.ts';
import { readFile } from 'node:fs/promises'; // plants boundaries(dependencies)
import { studio } from '../engine/studio/studio.ts'; // plants boundaries(dependencies)

export const preload = [contextBridge, ipcRenderer, REQUEST_CHANNEL, readFile, studio];
