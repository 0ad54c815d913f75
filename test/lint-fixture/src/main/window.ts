import { BrowserWindow } from 'electron';
import { studio } from '../engine/studio/studio.ts'; // plants import(no-cycle)
import { recorder } from '../engine/recorder/recorder.ts'; // plants boundaries(dependencies)
import { store } from '../renderer/stores/store.ts'; // plants boundaries(dependencies)

export const window = [BrowserWindow, studio, recorder, store];
