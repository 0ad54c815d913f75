import { powerMonitor } from 'electron';
import type { PowerState } from '../shared/ports/powerState.ts';

/** What Electron knows of the computer's power. */
export const powerState: PowerState = {
  onBattery: () => powerMonitor.isOnBatteryPower(),
  onChange: (listener) => {
    powerMonitor.on('on-battery', listener);
    powerMonitor.on('on-ac', listener);
    return () => {
      powerMonitor.off('on-battery', listener);
      powerMonitor.off('on-ac', listener);
    };
  },
};
