import { bridge } from '../bridge/bridge.ts'; // plants boundaries(dependencies)
import { store } from '../stores/store.ts'; // plants boundaries(dependencies)
import { Sources } from '../features/Sources.tsx'; // plants boundaries(dependencies) import(no-cycle)
import './button.css';

export const Button = [bridge, store, Sources];
