import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { Copy, FolderOpen, Link, Play } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { request } from '../../bridge/bridge.ts';
import { classes } from '../../elements/classes.ts';
import { type MenuItem, RightClickMenu } from '../../elements/Menu.tsx';
import { filterStore } from '../../stores/filter.ts';
import { useLibrary, libraryStore } from '../../stores/library.ts';
import { attempt } from '../../stores/notices.ts';
import { showFileWords } from '../../stores/place.ts';
import { canPlay, lengthMs } from '../../format/recording.ts';
import { usePlayer, playerStore } from '../../stores/player.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { ArmingCells, DayCells, GapCells, RecordingCells } from './LibraryRows.tsx';
import { exportMenu } from '../exports/exportMenu.tsx';
import type { ExportContent } from '../../stores/exports.ts';
import { copyLink } from './copyLink.ts';
import { copyText } from './copyText.ts';
import { nextActive } from './navigation.ts';
import { type Row, RowIndex } from './rows.ts';
import { gapDetails, gapTone } from './words.ts';
import { deleteRecordings, toggleLock } from '../retention/recordingActions.ts';
import { uploadMenu } from '../uploads/uploadMenu.tsx';
import { dayMenu, keepingMenu } from '../retention/keepingMenu.tsx';
import { useJumping } from './useJumping.ts';
import { usePicked } from './usePicked.ts';
import { type ActiveLine, activeLine, placeOf } from './activeLine.ts';
import { useLoading } from './useLoading.ts';

/** Height of every line, px: one height for all, so that no line must be known to place another. */
const LINE_HEIGHT = 32;
/** Lines that are there beyond what is seen, on either side. */
const OVERSCAN = 4;
const lineHeight = (): number => LINE_HEIGHT;

const play = (recording: Recording): void => attempt(playerStore.getState().open(recording));
const reveal = (recording: Recording): void => attempt(request('desktop.revealRecording', { id: recording.id }));

/** `picked`: all that the actions are about; the line itself, or what was selected with it. */
function menuOf(row: Row | undefined, picked: readonly Recording[]): readonly MenuItem[] {
  if (row?.kind === 'day') return dayMenu(row.key);
  if (row?.kind === 'gap') {
    const { gap, offsetMinutes } = row;
    return [
      { label: 'Copy details', icon: <Copy size={14} />, onSelect: () => copyText(gapDetails(gap, offsetMinutes)) },
    ];
  }
  if (row?.kind !== 'recording') return [];
  const { recording } = row;
  return [
    {
      label: 'Play',
      icon: <Play size={14} />,
      keys: 'Enter',
      disabled: !canPlay(recording),
      onSelect: () => play(recording),
    },
    { label: 'Copy link', icon: <Link size={14} />, onSelect: () => copyLink(recording) },
    { label: showFileWords(), icon: <FolderOpen size={14} />, onSelect: () => reveal(recording) },
    'separator',
    ...exportMenu(
      exportable(picked),
      picked.reduce((sum, one) => sum + lengthMs(one) / 1000, 0),
    ),
    ...uploadMenu(picked),
    'separator',
    ...keepingMenu(picked),
  ];
}

/** What is finished can be exported. */
function exportable(picked: readonly Recording[]): ExportContent | undefined {
  const ids = picked.filter(({ state }) => state !== 'recording' && state !== 'damaged').map(({ id }) => id);
  return ids.length > 0 ? { kind: 'recordings', ids } : undefined;
}

export function LibraryGrid(): ReactElement {
  const rows = useRows();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<ActiveLine>();
  const [menuRow, setMenuRow] = useState<Row>();
  const activeIndex = useMemo(() => (active ? placeOf(rows, active) : undefined), [rows, active]);
  const dayRows = useMemo(() => rows.dayRows, [rows]);
  const sticky = useRef(0);
  const pressed = useRef(false);

  // oxlint-disable-next-line react/incompatible-library -- nothing here is compiled or memoised around it
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: lineHeight,
    overscan: OVERSCAN,
    scrollPaddingStart: LINE_HEIGHT,
    rangeExtractor: (range: Range) => {
      sticky.current = dayRows.findLast((index) => index <= range.startIndex) ?? 0;
      return [...new Set([sticky.current, ...defaultRangeExtractor(range)])].toSorted((a, b) => a - b);
    },
  });
  const items = virtualizer.getVirtualItems();
  // A line that leaves the view becomes the one that enters it: the elements of a line take longer to make than to fill.
  const pool = Math.ceil((virtualizer.scrollRect?.height ?? 0) / LINE_HEIGHT) + 2 * OVERSCAN + 2;
  const picked = usePicked(rows, activeIndex);
  const menu = menuOf(menuRow, picked.recordings);

  useAnchor(rows, scroller);
  useTopOfFound(scroller);
  useLoading(rows, items.at(0)?.index ?? 0, items.at(-1)?.index ?? 0);
  useJumping(rows, (index, quiet) => (quiet ? activate(index) : activateByPointer(index)));

  const activate = (index: number): void => {
    const row = rows.at(index);
    if (!row) return;
    setActive(activeLine(row));
    virtualizer.scrollToIndex(index);
  };

  const activateByPointer = (index: number): void => {
    scroller.current?.focus({ preventScroll: true });
    activate(index);
  };

  /** The list stands still: what moves between press and release takes the click away. */
  const press = (index: number): void => {
    const row = rows.at(index);
    if (row) setActive(activeLine(row));
    pressed.current = true;
    scroller.current?.focus({ preventScroll: true });
    pressed.current = false;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return;
    if (event.shiftKey && !['ArrowUp', 'ArrowDown', 'L'].includes(event.key)) return;
    const index = activeIndex ?? 0;
    const row = rows.at(index);
    if (!row) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / LINE_HEIGHT) - 2);
    const next = nextActive(event.key, activeIndex, rows.length, page);
    if (next !== undefined) {
      picked.move(activeIndex, next, event.shiftKey);
      activate(next);
    } else if (event.key === 'Delete' && picked.recordings.length > 0) deleteRecordings(picked.recordings);
    else if (event.key.toLowerCase() === 'l' && picked.recordings.length > 0) toggleLock(picked.recordings);
    else if (event.key === 'Escape' && picked.isMany) picked.clear();
    else if (row.kind === 'day' && ['Enter', ' ', 'ArrowLeft', 'ArrowRight'].includes(event.key)) {
      const wanted = event.key === 'ArrowLeft' ? false : event.key === 'ArrowRight' ? true : !row.expanded;
      libraryStore.getState().toggle(row.key, wanted);
    } else if (row.kind === 'recording' && event.key === 'Enter') play(row.recording);
    else if (event.key === 'ArrowLeft' && !playerStore.getState().recording) activate(rows.dayRowOf(index) ?? index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div className="library-head line" aria-hidden>
        <span />
        <span>Source</span>
        <span>Time</span>
        <span className="cell-length">Length</span>
        <span className="cell-what">Content</span>
        <span className="cell-size">Size</span>
      </div>
      <RightClickMenu
        items={menu}
        label={menuRow?.kind === 'gap' ? 'Actions for the gap' : 'Actions for the recording'}
        disabled={menu.length === 0}
      >
        <div
          ref={scroller}
          className="library-scroller"
          role="treegrid"
          aria-label="Recordings by day"
          aria-rowcount={rows.length}
          aria-colcount={7}
          aria-multiselectable
          tabIndex={0}
          {...(activeIndex === undefined ? {} : { 'aria-activedescendant': rowId(activeIndex) })}
          onKeyDown={onKeyDown}
          onFocus={(event) => {
            if (event.target !== event.currentTarget || pressed.current) return;
            // What the keys act on must be seen: the wheel may have left it behind.
            if (activeIndex === undefined) activate(0);
            else virtualizer.scrollToIndex(activeIndex);
          }}
          onContextMenuCapture={(event) => {
            const line = event.target instanceof Element ? event.target.closest('[data-index]') : null;
            const index = line ? Number(line.getAttribute('data-index')) : activeIndex;
            const row = index === undefined ? undefined : rows.at(index);
            if (index !== undefined) picked.aim(index);
            // The menu is opened by the same event: it must know by then whether there is anything to choose.
            flushSync(() => setMenuRow(row));
          }}
        >
          <div className="library-lines" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
            {items.map(({ index, start, size }) => {
              const row = rows.at(index);
              if (!row) return null;
              const stuck = row.kind === 'day' && index === sticky.current;
              return (
                <LineView
                  key={index === sticky.current ? 'stuck' : index % pool}
                  row={row}
                  index={index}
                  active={index === activeIndex}
                  picked={picked.has(row)}
                  style={stuck ? { height: size } : { height: size, transform: `translateY(${start}px)` }}
                  stuck={stuck}
                  onActivate={(event) => {
                    if (event.button === 0) picked.click(activeIndex, index, event);
                    press(index);
                  }}
                />
              );
            })}
          </div>
        </div>
      </RightClickMenu>
    </>
  );
}

const rowId = (index: number): string => `library-line-${index}`;

interface LineProps {
  readonly row: Row;
  readonly index: number;
  readonly active: boolean;
  readonly picked: boolean;
  readonly stuck: boolean;
  readonly style: { readonly height: number; readonly transform?: string };
  onActivate(event: {
    readonly button: number;
    readonly ctrlKey: boolean;
    readonly metaKey: boolean;
    readonly shiftKey: boolean;
  }): void;
}

function LineView({ row, index, active, picked, stuck, style, onActivate }: LineProps): ReactElement {
  const opened = usePlayer((state) => row.kind === 'recording' && state.recording?.id === row.recording.id);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has focus and takes the keys
    <div
      id={rowId(index)}
      data-index={index}
      role="row"
      aria-rowindex={index + 1}
      aria-level={row.kind === 'day' ? 1 : 2}
      aria-selected={active || picked}
      {...(row.kind === 'day' ? { 'aria-expanded': row.expanded } : {})}
      className={classes(
        'line',
        `line-${row.kind}`,
        row.kind === 'gap' && gapTone(row.gap) !== 'fault' && 'line-calm',
        stuck && 'line-stuck',
        opened && 'line-opened',
        picked && 'line-picked',
      )}
      style={style}
      onMouseDown={(event) => {
        // Focus stays with the grid, also when a button of the line is pressed: the next key is meant for the list.
        event.preventDefault();
        onActivate(event);
      }}
      onClick={() => {
        if (row.kind === 'day') libraryStore.getState().toggle(row.key, !row.expanded);
      }}
      onDoubleClick={() => {
        if (row.kind === 'recording') play(row.recording);
      }}
    >
      <Cells row={row} />
    </div>
  );
}

function Cells({ row }: { readonly row: Row }): ReactElement {
  switch (row.kind) {
    case 'day':
      return <DayCells summary={row.summary} expanded={row.expanded} />;
    case 'recording':
      return <RecordingCells recording={row.recording} onPlay={() => play(row.recording)} onMenu={openMenuAt} />;
    case 'gap':
      return <GapCells gap={row.gap} offsetMinutes={row.offsetMinutes} />;
    case 'arming':
      return <ArmingCells arming={row.arming} offsetMinutes={row.offsetMinutes} />;
    case 'unloaded':
      return <span className="line-skeleton" role="gridcell" aria-label="Being loaded" />;
  }
}

/** The button of a line opens what a right click opens. */
function openMenuAt({ clientX, clientY }: { clientX: number; clientY: number }): void {
  const target = document.elementFromPoint(clientX, clientY - 1);
  target?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY }));
}

function useRows(): RowIndex {
  const days = useLibrary((state) => state.days);
  const entries = useLibrary((state) => state.entries);
  const expanded = useLibrary((state) => state.expanded);
  return useMemo(() => new RowIndex(days, entries, (day) => expanded.get(day) ?? false), [days, entries, expanded]);
}

/** What another filter finds is seen from its beginning. */
function useTopOfFound(scroller: RefObject<HTMLDivElement | null>): void {
  useEffect(() => filterStore.subscribe(() => scroller.current?.scrollTo({ top: 0 })), [scroller]);
}

/** Keeps what the person looks at in its place when lines appear above it. */
function useAnchor(rows: RowIndex, scrollerRef: RefObject<HTMLDivElement | null>): void {
  const shown = useRef(rows);
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = rows;
    const element = scrollerRef.current;
    if (!element || before === rows || element.scrollTop === 0) return;
    const index = Math.floor(element.scrollTop / LINE_HEIGHT);
    const row = before.at(index);
    const now = row && rows.indexOf(row.kind === 'day' ? row.key : row.day, row.key);
    if (now !== undefined && now !== index) element.scrollTop += (now - index) * LINE_HEIGHT;
  }, [rows, scrollerRef]);
}
