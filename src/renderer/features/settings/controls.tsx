import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { rulesWords } from '../retention/ruleWords.ts';
import { LowDiskControl, RuleControl, WebhookControl } from './alarmControls.tsx';
import { AutomationControl } from './AutomationControl.tsx';
import { ClosingControl, LoginControl } from './backgroundControls.tsx';
import type { ControlProps } from './control.ts';
import { FolderControl, PatternControl, SplitControl } from './fileControls.tsx';
import { HookControl } from './HookControl.tsx';
import {
  GigabytesControl,
  PlainNumberControl,
  SpeedControl,
  SwitchControl,
  StartHiddenControl,
  ThemeControl,
} from './plainControls.tsx';
import { ShortcutControl } from './ShortcutControl.tsx';
import { ProgramControl } from './ProgramControl.tsx';
import type { SettingPath } from '../../../shared/domain/settingItems.ts';

/** What sets each setting. */
export const CONTROLS: Partial<Readonly<Record<SettingPath, (props: ControlProps) => ReactElement>>> = {
  resumeArmed: SwitchControl,
  keepAwake: SwitchControl,
  splitSeconds: SplitControl,
  minFreeBytes: GigabytesControl,
  warnFreeBytes: GigabytesControl,
  recordingsFolder: FolderControl,
  filenamePattern: PatternControl,
  tagStreams: SwitchControl,
  'detection.marginDb': PlainNumberControl,
  'detection.graceSeconds': PlainNumberControl,
  'detection.minSeconds': PlainNumberControl,
  'detection.preRollSeconds': PlainNumberControl,
  analyseOnBattery: SwitchControl,
  'alarms.rules.silence': RuleControl,
  'alarms.rules.clipping': RuleControl,
  'alarms.rules.deadChannel': RuleControl,
  'alarms.rules.sourceDown': RuleControl,
  'alarms.rules.frozen': RuleControl,
  'alarms.rules.lowCoverage': RuleControl,
  'alarms.lowDisk': LowDiskControl,
  'alarms.clearSeconds': PlainNumberControl,
  'alarms.notify': SwitchControl,
  'alarms.webhookUrl': WebhookControl,
  uploadBytesPerSecond: SpeedControl,
  retention: RetentionControl,
  trashDays: PlainNumberControl,
  markShortcut: ShortcutControl,
  splitShortcut: ShortcutControl,
  pauseShortcut: ShortcutControl,
  whenClosed: ClosingControl,
  startAtLogin: LoginControl,
  startHidden: StartHiddenControl,
  armAtStart: SwitchControl,
  theme: ThemeControl,
  automation: AutomationControl,
  hooks: HookControl,
  ffmpegPath: ProgramControl,
};

/** The rules have a dialog of their own, which says what they would delete before they hold. */
function RetentionControl({ name, sentence, settings }: ControlProps): ReactElement {
  return (
    <FieldGroup label={name}>
      <div className="settings-line">
        <Button onClick={() => dialogsStore.getState().show({ name: 'retention' })}>Rules…</Button>
        <p className="settings-outcome">{rulesWords(settings.retention)}</p>
      </div>
      <p className="field-note">{sentence}</p>
    </FieldGroup>
  );
}
