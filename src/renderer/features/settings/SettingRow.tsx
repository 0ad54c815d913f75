import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { isInBrowser } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { useSettings } from '../../stores/settings.ts';
import type { Settings, SettingsPatch } from '../../../shared/domain/settings.ts';
import { defaultOf, type SettingItem, settingAt, settingPatch } from '../../../shared/domain/settingItems.ts';
import { BROWSER_CONTROLS } from './BrowserControls.tsx';
import { CONTROLS } from './controls.tsx';
import { PLACES } from './places.tsx';
import { type Entry, pieces } from './search.ts';
import { valueWords } from './valueWords.ts';

interface SettingRowProps {
  readonly entry: Entry;
  readonly settings: Settings;
  /** What is searched for is marked. */
  readonly query: string;
  /** It was jumped to. */
  readonly isTarget: boolean;
  onUpdate(patch: SettingsPatch): Promise<void>;
}

/** One thing of the settings: its control, its default, and the way back to it. */
export function SettingRow({ entry, settings, query, isTarget, onUpdate }: SettingRowProps): ReactElement {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isTarget) return;
    row.current?.scrollIntoView({ block: 'center' });
    row.current?.querySelector<HTMLElement>('input, select, button, summary')?.focus({ preventScroll: true });
  }, [isTarget]);
  const name = <Marked text={entry.name} query={query} />;
  const sentence = <Marked text={entry.sentence} query={query} />;
  return (
    <div ref={row} className={classes('setting', isTarget && 'setting-target')} data-setting={entry.id}>
      {isPlace(entry) ? (
        <Place entry={entry} name={name} sentence={sentence} />
      ) : (
        <Setting item={entry} name={name} sentence={sentence} settings={settings} onUpdate={onUpdate} />
      )}
    </div>
  );
}

const isPlace = (entry: Entry): entry is Exclude<Entry, SettingItem> => entry.id.startsWith('place.');

function Place({
  entry,
  name,
  sentence,
}: {
  readonly entry: Exclude<Entry, SettingItem>;
  readonly name: ReactNode;
  readonly sentence: ReactNode;
}): ReactElement {
  const Shown = PLACES[entry.id];
  return Shown ? <Shown name={name} sentence={sentence} /> : <>{name}</>;
}

interface SettingProps {
  readonly item: SettingItem;
  readonly name: ReactNode;
  readonly sentence: ReactNode;
  readonly settings: Settings;
  onUpdate(patch: SettingsPatch): Promise<void>;
}

function Setting({ item, name, sentence, settings, onUpdate }: SettingProps): ReactElement {
  const ownFolder = useSettings((state) => state.info?.recordingsFolder);
  const Control = (isInBrowser() ? BROWSER_CONTROLS[item.id] : undefined) ?? CONTROLS[item.id];
  const value = settingAt(settings, item.id);
  const standard = item.id === 'recordingsFolder' ? ownFolder : defaultOf(item.id);
  // What is absent has its default.
  const differs = standard !== undefined && JSON.stringify(value ?? standard) !== JSON.stringify(standard);
  const [resets, setResets] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The button that was pressed is gone.
    if (resets > 0) box.current?.querySelector<HTMLElement>('input, select, button')?.focus();
  }, [resets]);
  return (
    <div ref={box} className="setting-box">
      {Control ? (
        <Control
          // What was typed gives way to what it is set back to.
          key={resets}
          item={item}
          name={name}
          sentence={sentence}
          settings={settings}
          onUpdate={onUpdate}
        />
      ) : (
        name
      )}
      {standard !== undefined && (
        <p className="setting-default">
          <span>Default: {valueWords(item.id, standard)}</span>
          {differs && (
            <Button
              look="quiet"
              aria-label={`Reset ${item.name} to its default`}
              onClick={() => {
                void onUpdate(settingPatch(settings, item.id, standard)).then(() => setResets(resets + 1));
              }}
            >
              Reset
            </Button>
          )}
        </p>
      )}
    </div>
  );
}

function Marked({ text, query }: { readonly text: string; readonly query: string }): ReactElement {
  return (
    <>
      {pieces(text, query).map(({ text: piece, hit }, index) =>
        // oxlint-disable-next-line react/no-array-index-key -- the pieces of one text never change their places
        hit ? <mark key={index}>{piece}</mark> : <span key={index}>{piece}</span>,
      )}
    </>
  );
}
