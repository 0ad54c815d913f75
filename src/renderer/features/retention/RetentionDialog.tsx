import { type ReactElement, useEffect, useEffectEvent, useState } from 'react';
import type { RetentionPreview } from '../../../shared/domain/removal.ts';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Note } from '../../elements/States.tsx';
import { attempt, sentence } from '../../stores/notices.ts';
import { settingsStore, useSettings } from '../../stores/settings.ts';
import { type ParsedRules, parseRules, draftOf, type RuleDraft } from './ruleWords.ts';
import { errorOf, NumberField } from './NumberField.tsx';
import { PreviewList } from './PreviewList.tsx';
import { applyRules } from './recordingActions.ts';
import { SourceRules } from './SourceRules.tsx';
import './retention.css';

/** What is typed is tried out when typing rests for this long, ms. */
const PREVIEW_MS = 250;

/** The rules by which recordings are deleted, with what they would delete, before they hold. */
export function RetentionDialog({ onClose }: { onClose(): void }): ReactElement | null {
  const settings = useSettings((state) => state.settings);
  return settings ? <Rules settings={settings} onClose={onClose} /> : null;
}

type Settings = NonNullable<ReturnType<typeof settingsStore.getState>['settings']>;

function Rules({ settings, onClose }: { readonly settings: Settings; onClose(): void }): ReactElement {
  const [draft, setDraft] = useState(() => draftOf(settings.retention));
  const [trashDays, setTrashDays] = useState(String(settings.trashDays));
  const [problem, setProblem] = useState<string>();
  const parsed = parseRules(draft);
  const preview = usePreview(parsed);
  const days = Number(trashDays.trim().replace(',', '.'));
  const areDaysGood = trashDays.trim() !== '' && Number.isFinite(days) && days >= 0 && days <= 3650;
  const change = (part: Partial<RuleDraft>): void => setDraft({ ...draft, ...part });

  const isGood = 'rules' in parsed && areDaysGood;
  const due = typeof preview === 'object' ? preview.dueCount : 0;

  const save = (then?: () => Promise<void>): void => {
    if (!('rules' in parsed) || !areDaysGood) return;
    settingsStore
      .getState()
      .update({ retention: parsed.rules, trashDays: days })
      .then(
        () => {
          onClose();
          if (then) attempt(then());
        },
        (error: unknown) => setProblem(sentence(error)),
      );
  };

  return (
    <Dialog
      title="Deleting old recordings"
      description="Leave a field empty to have no such rule. Locked recordings, recordings in progress and files that Longtake did not record are never deleted by a rule."
      width="wide"
      onClose={onClose}
      footer={
        <>
          <p className="dialog-note">Rules are applied every hour, and at once when the disk gets full.</p>
          <Button onClick={onClose}>Cancel</Button>
          {due > 0 && (
            <Button disabled={!isGood} onClick={() => save(applyRules)}>
              Save and delete {due} now
            </Button>
          )}
          <Button look="primary" disabled={!isGood} onClick={() => save()}>
            Save rules
          </Button>
        </>
      }
    >
      <div className="fields">
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
        <div className="rule-fields">
          <NumberField
            label="Delete after"
            unit="days"
            value={draft.maxAgeDays}
            error={errorOf(parsed, 'maxAgeDays')}
            onChange={(maxAgeDays) => change({ maxAgeDays })}
          />
          <NumberField
            label="Keep at most"
            unit="GB"
            value={draft.maxTotalGb}
            error={errorOf(parsed, 'maxTotalGb')}
            onChange={(maxTotalGb) => change({ maxTotalGb })}
          />
          <NumberField
            label="Keep free on disk"
            unit="GB"
            value={draft.minFreeGb}
            error={errorOf(parsed, 'minFreeGb')}
            onChange={(minFreeGb) => change({ minFreeGb })}
          />
          <NumberField
            label="Keep trash for"
            unit="days"
            value={trashDays}
            error={areDaysGood ? undefined : 'Enter a number of days, 0 to 3650.'}
            onChange={setTrashDays}
          />
        </div>
        <p className="field-note">
          What is too old or too much goes to the trash. For free space the trash is emptied first, then the oldest
          recordings are deleted for good.
        </p>
        <SourceRules draft={draft} parsed={parsed} onChange={(sources) => change({ sources })} />
        <PreviewList preview={preview} />
      </div>
    </Dialog>
  );
}

/** What the typed rules would delete; the last answer stays until there is another. */
function usePreview(parsed: ParsedRules): RetentionPreview | string | undefined {
  const [preview, setPreview] = useState<RetentionPreview | string>();
  const key = 'rules' in parsed ? JSON.stringify(parsed.rules) : undefined;
  const load = useEffectEvent((wanted: string, isCurrent: () => boolean) => {
    if (!('rules' in parsed) || JSON.stringify(parsed.rules) !== wanted) return;
    request('retention.preview', { retention: parsed.rules }).then(
      (found) => isCurrent() && setPreview(found),
      (error: unknown) => isCurrent() && setPreview(sentence(error)),
    );
  });
  useEffect(() => {
    if (key === undefined) return undefined;
    let current = true;
    const timer = setTimeout(() => load(key, () => current), PREVIEW_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key]);
  return key === undefined ? undefined : preview;
}
