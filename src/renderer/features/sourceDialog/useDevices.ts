import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { failed, LOADING, type Phase, READY } from '../../stores/phase.ts';
import type { Device } from '../../../shared/domain/source.ts';

interface Devices {
  readonly phase: Phase;
  readonly devices: readonly Device[];
}

/** The inputs of this computer, asked for while `wanted`, and again by `refresh`. */
export function useDevices(wanted: boolean): Devices & { refresh(): void } {
  const [found, setFound] = useState<Devices>({ phase: LOADING, devices: [] });
  const latest = useRef(0);

  const load = useCallback(async (): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    try {
      const devices = await request('devices.list', {});
      if (mine === latest.current) setFound({ phase: READY, devices });
    } catch (error) {
      if (mine === latest.current) setFound(({ devices }) => ({ phase: failed(error), devices }));
    }
  }, []);

  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the state changes when the answer is there
    if (wanted) void load();
  }, [wanted, load]);

  const refresh = useCallback(() => {
    setFound(({ devices }) => ({ phase: LOADING, devices }));
    void load();
  }, [load]);
  return { ...found, refresh };
}
