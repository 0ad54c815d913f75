import { REQUEST_CHANNEL } from '../shared/contract/bridge.ts'; // plants boundaries(dependencies)
import { preload } from '../preload/index.ts'; // plants boundaries(dependencies)
import { Sources } from './features/Sources.tsx';

export const main = [REQUEST_CHANNEL, preload, Sources];
