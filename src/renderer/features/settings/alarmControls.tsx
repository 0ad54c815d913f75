import type { ReactElement } from 'react';
import { Checkbox } from '../../elements/controls.tsx';
import type { AlarmRules } from '../../../shared/domain/alarm.ts';
import { RULE_KINDS, type RuleKind } from '../alarms/alarmText.ts';
import { RuleNumber, RuleNumbers } from '../alarms/RuleFields.tsx';
import { size } from '../../format/quantity.ts';
import { checkedPatch, type ControlProps, useChecked } from './control.ts';
import { WebhookFields } from './WebhookFields.tsx';
import '../alarms/alarms.css';

/** When an alarm is raised for every source that has no rule of its own. */
export function RuleControl(props: ControlProps): ReactElement {
  const kind = RULE_KINDS.find((one) => props.item.id === `alarms.rules.${one}`);
  return kind ? <Rule {...props} kind={kind} /> : <>{props.name}</>;
}

function Rule<Kind extends RuleKind>(props: ControlProps & { readonly kind: Kind }): ReactElement {
  const { kind, item, name, sentence, settings, onUpdate } = props;
  const rule: AlarmRules[Kind] = settings.alarms.rules[kind];
  const set = (changed: AlarmRules[Kind]): void => {
    const checked = checkedPatch(settings, item.id, changed);
    if ('patch' in checked) onUpdate(checked.patch);
  };
  return (
    <>
      <Checkbox label={name} note={sentence} checked={rule.enabled} onChange={(enabled) => set({ ...rule, enabled })} />
      {rule.enabled && <RuleNumbers kind={kind} rule={rule} onChange={set} />}
    </>
  );
}

export function LowDiskControl(props: ControlProps): ReactElement {
  const { name, sentence, settings } = props;
  const { lowDisk } = settings.alarms;
  const { problem, set } = useChecked<typeof lowDisk>(props);
  return (
    <>
      <Checkbox
        label={name}
        note={sentence}
        checked={lowDisk.enabled}
        onChange={(enabled) => void set({ ...lowDisk, enabled })}
      />
      {lowDisk.enabled && (
        <span className="rule-numbers">
          <span className="rule-part">
            {settings.warnFreeBytes > 0 ? `less than ${size(settings.warnFreeBytes)} free, or full in` : 'full in'}
            <RuleNumber
              key={lowDisk.hours}
              label="Low disk: hours"
              value={lowDisk.hours}
              describedBy={undefined}
              onCommit={(text) => {
                const hours = text.trim() === '' ? Number.NaN : Number(text);
                return hours === lowDisk.hours || set({ ...lowDisk, hours });
              }}
            />
            h
          </span>
        </span>
      )}
      {problem !== undefined && <span className="field-note field-error rule-problem">{problem}</span>}
    </>
  );
}

export function WebhookControl({ settings, onUpdate }: ControlProps): ReactElement {
  const { alarms } = settings;
  return (
    <div className="fields">
      <WebhookFields url={alarms.webhookUrl} onUrl={(webhookUrl) => onUpdate({ alarms: { ...alarms, webhookUrl } })} />
    </div>
  );
}
