import { type ReactElement, useEffect, useRef } from 'react';
import { assertNever } from '../shared/assertNever.ts';
import { Toasts } from './elements/Toasts.tsx';
import { useKeptFocus } from './elements/useKeptFocus.ts';
import { TooltipProvider } from './elements/Tooltip.tsx';
import { AlarmsDialog } from './features/alarms/AlarmsDialog.tsx';
import { AlarmStrip } from './features/alarms/AlarmStrip.tsx';
import { CoverageDialog } from './features/coverage/CoverageDialog.tsx';
import { DrillDialog } from './features/drill/DrillDialog.tsx';
import { ExportDialog } from './features/exports/ExportDialog.tsx';
import { ExportsStrip } from './features/exports/ExportsStrip.tsx';
import { HelpDialog } from './features/help/HelpDialog.tsx';
import { Header } from './features/header/Header.tsx';
import { Inspector } from './features/inspector/Inspector.tsx';
import { DayBar } from './features/highlights/DayBar.tsx';
import { Highlights } from './features/highlights/Highlights.tsx';
import { ImportDialog } from './features/isr/ImportDialog.tsx';
import { Library } from './features/library/Library.tsx';
import { Player } from './features/player/Player.tsx';
import { DeleteDialog } from './features/retention/DeleteDialog.tsx';
import { RetentionDialog } from './features/retention/RetentionDialog.tsx';
import { TrashDialog } from './features/retention/TrashDialog.tsx';
import { SettingsDialog } from './features/settings/SettingsDialog.tsx';
import { ShortcutsDialog } from './features/shortcuts/ShortcutsDialog.tsx';
import { useShortcuts } from './features/shortcuts/useShortcuts.ts';
import { SourceDialog } from './features/sourceDialog/SourceDialog.tsx';
import { DisarmAllDialog, RemoveSourceDialog } from './features/sources/RemoveSourceDialog.tsx';
import { SourceRail } from './features/sources/SourceRail.tsx';
import { GoToDialog } from './features/timeline/GoToDialog.tsx';
import { MarkerDialog } from './features/timeline/MarkerDialog.tsx';
import { EndUploadDialog, RemoveTargetDialog } from './features/uploads/endDialogs.tsx';
import { StartUploadDialog } from './features/uploads/StartUploadDialog.tsx';
import { TargetDialog } from './features/uploads/TargetDialog.tsx';
import { UploadsDialog } from './features/uploads/UploadsDialog.tsx';
import { UploadStrip } from './features/uploads/UploadStrip.tsx';
import { Welcome } from './features/welcome/Welcome.tsx';
import { useConnection } from './stores/connection.ts';
import { useDialogs } from './stores/dialogs.ts';
import { useNothingRecorded } from './stores/library.ts';
import { useNotices, noticesStore } from './stores/notices.ts';
import { useSettings } from './stores/settings.ts';
import { useSources } from './stores/sources.ts';
import './App.css';

/** How long a control is pointed at before its name is shown, ms. */
const TOOLTIP_MS = 500;

export function App(): ReactElement {
  useShortcuts();
  useKeptFocus();
  useTheme();
  const isFirstStart = useFirstStart();
  const notices = useNotices((state) => state.shown);
  return (
    <TooltipProvider delayDuration={TOOLTIP_MS}>
      {isFirstStart ? <Welcome /> : <Studio />}
      <OpenDialogView />
      <Toasts toasts={notices} onDismiss={(id) => noticesStore.getState().dismiss(id)} />
    </TooltipProvider>
  );
}

function Studio(): ReactElement {
  const connected = useConnection((state) => state.connected);
  const centre = useRef<HTMLElement>(null);
  useEffect(() => {
    // The button of the welcome that led here is gone, and focus with it.
    if (document.activeElement === document.body) centre.current?.focus();
  }, []);
  return (
    <div className="app">
      {!connected && (
        <p className="banner" role="alert">
          The window has lost its connection to the studio and shows what it last knew. Recording does not depend on the
          window. Trying again…
        </p>
      )}
      <SourceRail />
      <main ref={centre} className="app-centre" id="recordings" tabIndex={-1}>
        <Header />
        <AlarmStrip />
        <UploadStrip />
        <DayBar />
        <Highlights />
        <Library />
        <ExportsStrip />
      </main>
      <Inspector />
      <Player />
    </div>
  );
}

/** Nothing to record from and nothing recorded yet. */
function useFirstStart(): boolean {
  const sources = useSources((state) => state.phase.name === 'ready' && state.ids.length === 0);
  const library = useNothingRecorded();
  return sources && library;
}

function useTheme(): void {
  const theme = useSettings((state) => state.settings?.theme);
  useEffect(() => {
    const root = document.documentElement;
    if (theme === undefined || theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
  }, [theme]);
}

function OpenDialogView(): ReactElement | null {
  const open = useDialogs((state) => state.open);
  const close = useDialogs((state) => state.close);
  const sources = useSources((state) => state.byId);
  if (!open) return null;
  switch (open.name) {
    case 'addSource':
      return <SourceDialog kind={open.kind} onClose={close} />;
    case 'editSource': {
      const source = sources.get(open.id);
      return source ? <SourceDialog source={source} kind={source.config.kind} onClose={close} /> : null;
    }
    case 'removeSource':
      return <RemoveSourceDialog id={open.id} onClose={close} />;
    case 'disarmAll':
      return <DisarmAllDialog onClose={close} />;
    case 'importIsr':
      return <ImportDialog onClose={close} />;
    case 'alarms':
      return <AlarmsDialog onClose={close} />;
    case 'coverage':
      return <CoverageDialog day={open.day} onClose={close} />;
    case 'drill':
      return <DrillDialog onClose={close} />;
    case 'deleteRecordings':
      return <DeleteDialog recordings={open.recordings} onClose={close} />;
    case 'marker':
      return <MarkerDialog marker={open.marker} onClose={close} />;
    case 'goTo':
      return <GoToDialog onClose={close} />;
    case 'export':
      return <ExportDialog content={open.content} onClose={close} />;
    case 'retention':
      return <RetentionDialog onClose={close} />;
    case 'trash':
      return <TrashDialog onClose={close} />;
    case 'uploads':
      return <UploadsDialog onClose={close} />;
    case 'target':
      return <TargetDialog id={open.id} onClose={close} />;
    case 'removeTarget':
      return <RemoveTargetDialog id={open.id} onClose={close} />;
    case 'endUpload':
      return <EndUploadDialog id={open.id} how={open.how} onClose={close} />;
    case 'startUpload':
      return <StartUploadDialog ids={open.ids} onClose={close} />;
    case 'settings':
      return <SettingsDialog at={open.at} onClose={close} />;
    case 'help':
      return <HelpDialog query={open.query} onClose={close} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={close} />;
    default:
      return assertNever(open);
  }
}
