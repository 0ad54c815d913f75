import { type ReactElement, useState } from 'react';
import { Checkbox } from '../../elements/controls.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { Fold } from '../../elements/Fold.tsx';
import { size } from '../../format/quantity.ts';
import { type AlarmRules, type AlarmSettings as Values, alarmSettingsSchema } from '../../../shared/domain/alarm.ts';
import type { Settings, SettingsPatch } from '../../../shared/domain/settings.ts';
import { alarmName, RULE_KINDS, type RuleKind } from '../alarms/alarmText.ts';
import { RuleNumber, RuleNumbers } from '../alarms/RuleFields.tsx';
import { WebhookFields } from './WebhookFields.tsx';

interface AlarmSettingsProps {
  readonly settings: Settings;
  onUpdate(patch: SettingsPatch): void;
}

/** When alarms are raised, for all sources, and who is told. */
export function AlarmSettings({ settings, onUpdate }: AlarmSettingsProps): ReactElement {
  const { alarms } = settings;
  const on = RULE_KINDS.filter((kind) => alarms.rules[kind].enabled).length + (alarms.lowDisk.enabled ? 1 : 0);
  const update = (change: Partial<Values>): void => onUpdate({ alarms: { ...alarms, ...change } });
  const setRule = <Kind extends RuleKind>(kind: Kind, rule: AlarmRules[Kind]): void =>
    update({ rules: { ...alarms.rules, [kind]: rule } });
  return (
    <Fold title="Alarms" aside={`${on} of ${RULE_KINDS.length + 1} on`}>
      <FieldGroup label="Raised for every source that has no rule of its own">
        <ul className="rules">
          {RULE_KINDS.map((kind) => (
            <GeneralRule key={kind} kind={kind} rule={alarms.rules[kind]} onChange={(rule) => setRule(kind, rule)} />
          ))}
          <li className="rule rule-general">
            <Checkbox
              label={alarmName('lowDisk')}
              checked={alarms.lowDisk.enabled}
              onChange={(enabled) => update({ lowDisk: { ...alarms.lowDisk, enabled } })}
            />
            {alarms.lowDisk.enabled && (
              <PlainNumber
                before={
                  settings.warnFreeBytes > 0 ? `less than ${size(settings.warnFreeBytes)} free, or full in` : 'full in'
                }
                after="h"
                label="Low disk: hours"
                value={alarms.lowDisk.hours}
                check={(hours) => alarmSettingsSchema.shape.lowDisk.safeParse({ ...alarms.lowDisk, hours })}
                onChange={(hours) => update({ lowDisk: { ...alarms.lowDisk, hours } })}
              />
            )}
          </li>
          <li className="rule rule-general">
            <span>An alarm is over</span>
            <PlainNumber
              before="when all has been well for"
              after="s"
              label="Seconds until an alarm is over"
              value={alarms.clearSeconds}
              check={(seconds) => alarmSettingsSchema.shape.clearSeconds.safeParse(seconds)}
              onChange={(clearSeconds) => update({ clearSeconds })}
            />
          </li>
        </ul>
      </FieldGroup>
      <Checkbox
        label="Show alarms as notifications"
        note="By the desktop, also while the window is closed or behind others."
        checked={alarms.notify}
        onChange={(notify) => update({ notify })}
      />
      <WebhookFields url={alarms.webhookUrl} onUrl={(webhookUrl) => update({ webhookUrl })} />
    </Fold>
  );
}

interface GeneralRuleProps<Kind extends RuleKind> {
  readonly kind: Kind;
  readonly rule: AlarmRules[Kind];
  onChange(rule: AlarmRules[Kind]): void;
}

function GeneralRule<Kind extends RuleKind>({ kind, rule, onChange }: GeneralRuleProps<Kind>): ReactElement {
  return (
    <li className="rule rule-general">
      <Checkbox label={alarmName(kind)} checked={rule.enabled} onChange={(enabled) => onChange({ ...rule, enabled })} />
      {rule.enabled && <RuleNumbers kind={kind} rule={rule} onChange={onChange} />}
    </li>
  );
}

interface PlainNumberProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
  readonly value: number;
  check(value: number): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
  onChange(value: number): void;
}

function PlainNumber({ before, after, label, value, check, onChange }: PlainNumberProps): ReactElement {
  const [problem, setProblem] = useState<string>();
  const commit = (text: string): boolean => {
    const typed = text.trim() === '' ? Number.NaN : Number(text);
    const checked = check(typed);
    setProblem(checked.success ? undefined : (checked.error?.issues[0]?.message ?? 'Enter a number.'));
    if (checked.success && typed !== value) onChange(typed);
    return checked.success;
  };
  return (
    <>
      <span className="rule-numbers">
        <span className="rule-part">
          {before}
          <RuleNumber key={value} label={label} value={value} describedBy={undefined} onCommit={commit} />
          {after}
        </span>
      </span>
      {problem !== undefined && <span className="field-note field-error rule-problem">{problem}</span>}
    </>
  );
}
