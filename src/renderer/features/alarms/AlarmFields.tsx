import type { ReactElement } from 'react';
import { Select } from '../../elements/controls.tsx';
import { Fold } from '../../elements/Fold.tsx';
import { useSettings } from '../../stores/settings.ts';
import type { AlarmOverrides, AlarmRules } from '../../../shared/domain/alarm.ts';
import { rulesOf } from '../../../shared/domain/alarmRules.ts';
import type { SourceKind } from '../../../shared/domain/source.ts';
import { alarmName, RULE_KINDS, type RuleKind, ruleText } from './alarmText.ts';
import { RuleNumbers } from './RuleFields.tsx';
import './alarms.css';

type Choice = 'general' | 'own' | 'off';

interface AlarmFieldsProps {
  readonly kind: SourceKind;
  readonly overrides: AlarmOverrides | undefined;
  /** Undefined: every rule is the general one. */
  onChange(overrides: AlarmOverrides | undefined): void;
}

/** In the dialog of a source: which alarms it raises by rules of its own. */
export function AlarmFields({ kind, overrides = {}, onChange }: AlarmFieldsProps): ReactElement | null {
  const general = useSettings((state) => state.settings?.alarms.rules);
  if (!general) return null;
  const rules = rulesOf({ kind }, general);
  const own = RULE_KINDS.filter((rule) => overrides[rule] !== undefined).length;

  const set = <Kind extends RuleKind>(rule: Kind, value: AlarmRules[Kind] | undefined): void => {
    const { [rule]: _, ...rest } = overrides;
    const changed = value === undefined ? rest : { ...rest, [rule]: value };
    onChange(Object.keys(changed).length === 0 ? undefined : changed);
  };

  return (
    <Fold title="Alarms" aside={own === 0 ? 'as in Settings' : `${own} of its own`}>
      <ul className="rules">
        {RULE_KINDS.map((rule) => (
          <SourceRule
            key={rule}
            kind={rule}
            general={rules[rule]}
            standard={general[rule]}
            own={overrides[rule]}
            onChange={(value) => set(rule, value)}
          />
        ))}
      </ul>
    </Fold>
  );
}

interface SourceRuleProps<Kind extends RuleKind> {
  readonly kind: Kind;
  /** What holds for this kind of source without a rule of its own. */
  readonly general: AlarmRules[Kind];
  /** What an own rule begins with. */
  readonly standard: AlarmRules[Kind];
  readonly own: AlarmRules[Kind] | undefined;
  onChange(rule: AlarmRules[Kind] | undefined): void;
}

function SourceRule<Kind extends RuleKind>(props: SourceRuleProps<Kind>): ReactElement {
  const { kind, general, standard, own, onChange } = props;
  const choice: Choice = own === undefined ? 'general' : own.enabled ? 'own' : 'off';
  const choose = (next: Choice): void => {
    if (next === 'general') onChange(undefined);
    else onChange({ ...standard, ...own, enabled: next === 'own' });
  };
  return (
    <li className="rule">
      <span className="rule-name">{alarmName(kind)}</span>
      <Select
        aria-label={`${alarmName(kind)}: which rule`}
        className="rule-choice"
        value={choice}
        choices={[
          { value: 'general', label: 'As in Settings' },
          { value: 'own', label: 'Own rule' },
          { value: 'off', label: 'Off' },
        ]}
        onChoose={choose}
      />
      {own?.enabled === true ? (
        <RuleNumbers kind={kind} rule={own} onChange={onChange} />
      ) : (
        <span className="rule-text">{own === undefined ? ruleText(kind, general) : ''}</span>
      )}
    </li>
  );
}
