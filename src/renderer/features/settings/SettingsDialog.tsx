import { Tabs } from 'radix-ui';
import { type KeyboardEvent, type ReactElement, useRef, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { SearchField } from '../../elements/SearchField.tsx';
import { SideLayout } from '../../elements/SideLayout.tsx';
import { EmptyState, ErrorState, Note, Skeleton } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { dialogsStore, type SettingsPlace } from '../../stores/dialogs.ts';
import { sentence } from '../../stores/notices.ts';
import { settingsStore, useSettings } from '../../stores/settings.ts';
import { SETTING_SECTIONS, type SettingSection } from '../../../shared/domain/settingItems.ts';
import type { Settings, SettingsPatch } from '../../../shared/domain/settings.ts';
import { type Entry, ENTRIES, findSettings, sectionName } from './search.ts';
import { SettingRow } from './SettingRow.tsx';
import './settings.css';

interface SettingsDialogProps {
  /** What is shown first. */
  readonly at: SettingsPlace | undefined;
  onClose(): void;
}

const isSection = (at: string): at is SettingSection => SETTING_SECTIONS.some(({ id }) => id === at);

/** The section that something is in. */
const sectionOf = (at: SettingsPlace | undefined): SettingSection =>
  at === undefined ? 'general' : isSection(at) ? at : (ENTRIES.find(({ id }) => id === at)?.section ?? 'general');

/** Every change takes effect when it is made, what is typed when its field is left; there is nothing to save at the end. */
export function SettingsDialog({ at, onClose }: SettingsDialogProps): ReactElement {
  const phase = useSettings((state) => state.phase);
  const settings = useSettings((state) => state.settings);
  const [section, setSection] = useState(() => sectionOf(at));
  const [target, setTarget] = useState<string | undefined>(() => (at !== undefined && !isSection(at) ? at : undefined));
  const [query, setQuery] = useState('');
  const [problem, setProblem] = useState<string>();
  const body = useRef<HTMLDivElement>(null);

  const update = async (patch: SettingsPatch): Promise<void> => {
    setProblem(undefined);
    try {
      await settingsStore.getState().update(patch);
    } catch (error) {
      setProblem(sentence(error));
    }
  };
  const goTo = (entry: Entry): void => {
    setQuery('');
    setSection(entry.section);
    setTarget(entry.id);
  };
  /** What leads to another dialog is come back to. */
  const remember = (id: string | undefined): void => {
    const place = ENTRIES.find((entry) => entry.id === id)?.id ?? section;
    dialogsStore.getState().replace({ name: 'settings', at: place as SettingsPlace });
  };
  const isSearching = query.trim() !== '';
  const found = isSearching ? findSettings(query) : [];

  const onSearchKey = (event: KeyboardEvent): void => {
    const [first] = found;
    if (event.key === 'Enter' && first) goTo(first);
    else if (event.key === 'ArrowDown') body.current?.querySelector<HTMLElement>('input, select, button')?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** The first Esc ends the search, the next one closes. */
  const endSearch = (): boolean => {
    setQuery('');
    return query !== '';
  };

  return (
    <Dialog title="Settings" width="large" onEscape={endSearch} onClose={onClose}>
      <Tabs.Root
        className="settings"
        orientation="vertical"
        value={isSearching ? '' : section}
        onValueChange={(value) => {
          if (!isSection(value)) return;
          setQuery('');
          setTarget(undefined);
          setSection(value);
        }}
      >
        <SideLayout
          side={
            <>
              <search>
                <SearchField
                  aria-label="Search the settings"
                  data-first-focus={target === undefined ? true : undefined}
                  value={query}
                  onChange={(event) => setQuery(event.target.value)}
                  onKeyDown={onSearchKey}
                />
              </search>
              <Tabs.List className="settings-tabs" aria-label="Sections of the settings">
                {SETTING_SECTIONS.filter(({ id }) => ENTRIES.some((entry) => entry.section === id)).map(
                  ({ id, name }) => (
                    <Tabs.Trigger key={id} value={id} className="settings-tab">
                      {name}
                    </Tabs.Trigger>
                  ),
                )}
              </Tabs.List>
            </>
          }
        >
          <div
            ref={body}
            className="side-layout-main"
            onClickCapture={({ target: clicked }) => {
              if (clicked instanceof Element)
                remember(clicked.closest<HTMLElement>('[data-setting]')?.dataset['setting']);
            }}
          >
            {problem !== undefined && <Note tone="warning">{problem}</Note>}
            {phase.name === 'loading' && <Skeleton rows={6} height="row" label="The settings are being read" />}
            {phase.name === 'error' && (
              <ErrorState
                title="The settings could not be read."
                message={phase.message}
                onRetry={() => void settingsStore.getState().load()}
              />
            )}
            {settings && isSearching && (
              <Found query={query} found={found} settings={settings} onUpdate={update} onGoTo={goTo} />
            )}
            {settings && !isSearching && (
              <Tabs.Content key={section} value={section} className="settings-page" tabIndex={-1}>
                <h3 className="settings-heading">{sectionName(section)}</h3>
                <div className="settings-list">
                  {ENTRIES.filter((entry) => entry.section === section).map((entry) => (
                    <SettingRow
                      key={entry.id}
                      entry={entry}
                      settings={settings}
                      query=""
                      isTarget={entry.id === target}
                      onUpdate={update}
                    />
                  ))}
                </div>
              </Tabs.Content>
            )}
          </div>
        </SideLayout>
      </Tabs.Root>
    </Dialog>
  );
}

interface FoundProps {
  readonly query: string;
  readonly found: readonly Entry[];
  readonly settings: Settings;
  onUpdate(patch: SettingsPatch): Promise<void>;
  onGoTo(entry: Entry): void;
}

/** What was found can be set right there; its section leads to what is around it. */
function Found({ query, found, settings, onUpdate, onGoTo }: FoundProps): ReactElement {
  return (
    <section className="settings-page" aria-label="Found">
      <p role="status" className="settings-heading">
        {found.length === 0 ? 'Nothing found' : `${count(found.length, 'setting')} found`}
      </p>
      {found.length === 0 && (
        <EmptyState
          title="No setting has these words"
          action={
            <Button onClick={() => dialogsStore.getState().show({ name: 'help', query })}>Search the help</Button>
          }
        >
          Try fewer words, or another word for the same.
        </EmptyState>
      )}
      <div className="settings-list">
        {found.map((entry) => (
          <div key={entry.id} className="settings-found">
            <Button
              look="quiet"
              aria-label={`Show ${entry.name} in ${sectionName(entry.section)}`}
              onClick={() => onGoTo(entry)}
            >
              {sectionName(entry.section)}
            </Button>
            <SettingRow entry={entry} settings={settings} query={query} isTarget={false} onUpdate={onUpdate} />
          </div>
        ))}
      </div>
    </section>
  );
}
