import { create } from 'zustand';
import { bridge } from '../bridge/bridge.ts'; // plants import(no-cycle)
import { REQUEST_CHANNEL } from '../../shared/contract/bridge.ts'; // plants boundaries(dependencies)

export const store = [create, bridge, REQUEST_CHANNEL];
