import type { ReactElement } from 'react';
import { Checkbox } from '../../elements/controls.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { DEFAULT_WEBHOOK_KINDS, type HookKind, hookKindSchema } from '../../../shared/domain/hooks.ts';
import type { ControlProps } from './control.ts';

const NAMES: Readonly<Record<HookKind, string>> = {
  opened: 'A recording begins',
  closed: 'A recording is closed',
  section: 'A section was found',
  alarm: 'An alarm is raised or over',
  uploaded: 'A recording is uploaded',
};

/** What the webhook is told of. */
export function HookControl({ name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const chosen = settings.hooks?.webhook ?? DEFAULT_WEBHOOK_KINDS;
  return (
    <FieldGroup label={name}>
      {hookKindSchema.options.map((kind) => (
        <Checkbox
          key={kind}
          label={NAMES[kind]}
          checked={chosen.includes(kind)}
          onChange={(on) => {
            const webhook = hookKindSchema.options.filter((one) => (one === kind ? on : chosen.includes(one)));
            onUpdate({ hooks: { webhook } });
          }}
        />
      ))}
      <p className="field-note">{sentence}</p>
    </FieldGroup>
  );
}
