import type { ReactElement } from 'react';
import { Checkbox } from '../../elements/controls.tsx';
import { DEFAULT_API_PORT } from '../../../shared/domain/automation.ts';
import { RuleNumber } from '../alarms/RuleFields.tsx';
import { ApiToken } from './ApiToken.tsx';
import { type ControlProps, useChecked } from './control.ts';

/** Whether other programs on this computer may ask, and at which port. */
export function AutomationControl(props: ControlProps): ReactElement {
  const { name, sentence, settings } = props;
  const { enabled = false, port = DEFAULT_API_PORT } = settings.automation ?? {};
  const { problem, set } = useChecked<NonNullable<typeof settings.automation>>(props);
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
