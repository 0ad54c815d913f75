import { type ReactElement, useState } from 'react';
import { Checkbox } from '../../elements/controls.tsx';
import { DEFAULT_API_PORT } from '../../../shared/domain/automation.ts';
import { RuleNumber } from '../alarms/RuleFields.tsx';
import { ApiToken } from './ApiToken.tsx';
import { checkedPatch, type ControlProps } from './control.ts';

/** Whether other programs on this computer may ask, and at which port. */
export function AutomationControl({ item, name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const { enabled = false, port = DEFAULT_API_PORT } = settings.automation ?? {};
  const [problem, setProblem] = useState<string>();
  const set = (changed: NonNullable<typeof settings.automation>): boolean => {
    const checked = checkedPatch(settings, item.id, changed);
    setProblem('error' in checked ? checked.error : undefined);
    if ('patch' in checked) onUpdate(checked.patch);
    return 'patch' in checked;
  };
  return (
    <>
      <Checkbox
        label={name}
        note={sentence}
        checked={enabled}
        onChange={(on) => void set({ ...settings.automation, enabled: on })}
      />
      {enabled && (
        <span className="rule-numbers">
          <span className="rule-part">
            at port
            <RuleNumber
              key={port}
              label="Port of the HTTP API"
              value={port}
              describedBy={undefined}
              onCommit={(text) => Number(text) === port || set({ enabled, port: Number(text) })}
            />
          </span>
        </span>
      )}
      {enabled && <ApiToken />}
      {problem !== undefined && <span className="field-note field-error rule-problem">{problem}</span>}
    </>
  );
}
