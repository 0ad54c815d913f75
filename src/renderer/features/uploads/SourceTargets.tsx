import type { ReactElement } from 'react';
import { Checkbox } from '../../elements/controls.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { useTargets } from '../../stores/targets.ts';
import type { TargetId } from '../../../shared/units.ts';
import { KIND_NAMES } from './uploadWords.ts';

interface SourceTargetsProps {
  readonly chosen: readonly TargetId[];
  onChange(chosen: readonly TargetId[]): void;
}

/** Where the recordings of a source are uploaded to while they are made. */
export function SourceTargets({ chosen, onChange }: SourceTargetsProps): ReactElement | null {
  const targets = useTargets((state) => state.targets);
  if (targets.length === 0) return null;
  return (
    <FieldGroup label="Upload while recording to">
      {targets.map(({ target }) => (
        <Checkbox
          key={target.id}
          label={target.name}
          note={target.enabled ? KIND_NAMES[target.kind] : `${KIND_NAMES[target.kind]}; switched off now`}
          checked={chosen.includes(target.id)}
          onChange={(on) => onChange(on ? [...chosen, target.id] : chosen.filter((id) => id !== target.id))}
        />
      ))}
    </FieldGroup>
  );
}
