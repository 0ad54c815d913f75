import { TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { Badge } from '../../elements/Badge.tsx';
import { useAlarms } from '../../stores/alarms.ts';
import type { SourceId } from '../../../shared/units.ts';
import { alarmName } from './alarmText.ts';
import './alarms.css';

/** On the row of a source: what is wrong with its sound. That it is down, the row says itself. */
export function SourceAlarms({ id }: { readonly id: SourceId }): ReactElement | null {
  const alarms = useAlarms(
    useShallow((state) => state.active.filter(({ sourceId, kind }) => sourceId === id && kind !== 'sourceDown')),
  );
  if (alarms.length === 0) return null;
  return (
    <p className="source-alarms">
      {alarms.map(({ kind, message, advice }) => (
        <Badge key={kind} tone="attention" title={`${message} ${advice}`}>
          <TriangleAlert size={11} aria-hidden />
          {alarmName(kind)}
        </Badge>
      ))}
    </p>
  );
}
