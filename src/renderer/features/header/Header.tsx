import { HardDrive, Keyboard, Settings, TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { IconButton } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { keyName } from '../../format/keys.ts';
import { dialogsStore, openSettings } from '../../stores/dialogs.ts';
import { useSettings } from '../../stores/settings.ts';
import { useSources } from '../../stores/sources.ts';
import { AlarmBell } from '../alarms/AlarmBell.tsx';
import { UploadsButton } from '../uploads/UploadsButton.tsx';
import { LogOutButton } from './LogOutButton.tsx';
import { TitleSearch } from '../titles/TitleSearch.tsx';
import { diskWords, isShort, summarise, type Summary } from './summary.ts';
import './header.css';

/** Before anything is known, nothing is claimed. */
const UNKNOWN: Summary = { tone: 'idle', headline: 'Longtake', trouble: '' };

/** Top: is it recording, is everything well, is there room. */
export function Header(): ReactElement {
  const sources = [...useSources((state) => state.byId).values()];
  const { show } = dialogsStore.getState();
  const known = useSources((state) => state.phase.name === 'ready');
  const { tone, headline, trouble } = known ? summarise(sources) : UNKNOWN;
  useEffect(() => {
    document.title = headline === UNKNOWN.headline ? headline : `${headline} – Longtake`;
  }, [headline]);
  return (
    <header className="header">
      <div className="header-status" role="status">
        <span className={classes('header-lamp', `header-lamp-${tone}`)} aria-hidden />
        <h1 className="header-headline ellipsis">{headline}</h1>
        {trouble !== '' && (
          <p className="header-trouble ellipsis" title={trouble}>
            <TriangleAlert size={14} aria-hidden />
            {trouble}
          </p>
        )}
      </div>
      <TitleSearch />
      <Disk />
      <div className="header-buttons">
        <AlarmBell />
        <UploadsButton />
        <IconButton label="Keyboard shortcuts" keys="?" onClick={() => show({ name: 'shortcuts' })}>
          <Keyboard size={16} aria-hidden />
        </IconButton>
        <IconButton label="Settings" keys={keyName('Ctrl ,')} onClick={() => openSettings()}>
          <Settings size={16} aria-hidden />
        </IconButton>
        <LogOutButton />
      </div>
    </header>
  );
}

function Disk(): ReactElement | null {
  const storage = useSettings((state) => state.storage);
  const sources = [...useSources((state) => state.byId).values()];
  if (storage?.freeBytes === undefined) return null;
  const { free, lasts } = diskWords(storage.freeBytes, sources);
  const short = isShort(storage.freeBytes, sources);
  return (
    <p className={classes('header-disk', short && 'header-disk-short')} title={storage.recordingsFolder}>
      {short ? <TriangleAlert size={14} aria-hidden /> : <HardDrive size={14} aria-hidden />}
      <span>{free}</span>
      {lasts !== '' && <span className="header-lasts">{lasts}</span>}
    </p>
  );
}
