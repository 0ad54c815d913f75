import { useCallback, useEffect, useRef, useState } from 'react';
import { on, request } from '../../bridge/bridge.ts';
import { attempt } from '../../stores/notices.ts';
import { failed, LOADING, type Phase, READY } from '../../stores/phase.ts';
import { Scope } from '../../../shared/scope.ts';
import type { Device } from '../../../shared/domain/source.ts';

interface Devices {
  readonly phase: Phase;
  readonly devices: readonly Device[];
}

/** The inputs of this computer while `wanted`, as they come and go; `refresh` looks again now. */
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
    if (!wanted) return undefined;
    const scope = new Scope();
    scope.add(on('devices.changed', ({ devices }) => setFound({ phase: READY, devices })));
    // What changes while the list is made is told once it is there.
    // oxlint-disable-next-line react/set-state-in-effect -- the state changes when the answer is there
    void load().then(() => {
      if (scope.ended) return;
      scope.add(() => attempt(request('devices.watch', { watch: false })));
      attempt(request('devices.watch', { watch: true }));
    });
    return () => attempt(scope.dispose());
  }, [wanted, load]);

  const refresh = useCallback(() => {
    setFound(({ devices }) => ({ phase: LOADING, devices }));
    void load();
  }, [load]);
  return { ...found, refresh };
}
