import { REQUEST_CHANNEL } from '../../shared/contract/bridge.ts';
import { store } from '../stores/store.ts'; // plants boundaries(dependencies) import(no-cycle)

declare const window: { readonly longtake: unknown };
export const bridge = [REQUEST_CHANNEL, store, window.longtake];
