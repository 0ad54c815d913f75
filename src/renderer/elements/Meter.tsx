import { type ReactElement, useEffect, useRef, useState } from 'react';
import { classes } from './classes.ts';
import { drawMeter, meterHeight } from './drawMeter.ts';
import { METER_FLOOR, type MeterBallistics } from '../format/meterBallistics.ts';
import { eachFrame } from './meterLoop.ts';
import { currentPalette } from './palette.ts';
import './Meter.css';

/** The number beside a meter changes this often, ms: faster cannot be read. */
const READOUT_MS = 250;
/** Assistive technology and tests read the level this often at most, ms. */
const ATTRIBUTE_MS = 100;
/** After a longer pause of drawing, ms, the window was hidden and no levels were asked for. */
const PAUSE_MS = 1000;

interface MeterProps {
  readonly meter: MeterBallistics;
  /** Channels to draw before the first levels arrive. */
  readonly channels: number;
  readonly label: string;
  readonly testId?: string;
  /** Draws only while this is true. */
  readonly live: boolean;
  /** Why levels may fail to come, as a sentence; with it, a meter that gets none says so. */
  readonly whyNone?: string;
  /** Turns a level into text. */
  format(dbfs: number): string;
}

/** A bar per channel, -60 to 0 dBFS, and the loudest level of the last moment as a number. */
export function Meter({ meter, channels, label, testId, live, whyNone, format }: MeterProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const height = meterHeight(channels);
  const [isMissing, setIsMissing] = useState(false);
  const saysMissing = whyNone !== undefined;

  useEffect(() => {
    const surface = canvas.current;
    const context = surface?.getContext('2d');
    if (!surface || !context) return undefined;

    let size = { width: 0, height };
    const resize = (): void => {
      size = { width: surface.clientWidth, height: surface.clientHeight };
      surface.width = Math.round(size.width * devicePixelRatio);
      surface.height = Math.round(size.height * devicePixelRatio);
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      drawMeter(context, size, meter.read(performance.now()), channels, currentPalette());
    };
    const observer = new ResizeObserver(resize);
    observer.observe(surface);

    let readoutAt = -Infinity;
    let attributeAt = -Infinity;
    let drawn = '';
    let awaitedSince = performance.now();
    let drawnAt = awaitedSince;
    const draw = (now: number): void => {
      if (now - drawnAt > PAUSE_MS) awaitedSince = now;
      drawnAt = now;
      const missing = saysMissing && live && meter.isMissing(now, awaitedSince);
      setIsMissing(missing);
      const measured = live && !missing;
      const readings = measured ? meter.read(now) : [];
      const palette = currentPalette();
      // A silent meter looks the same for hours: it is drawn once.
      const picture = `${palette.blue}${readings.map(({ peak, rms, held, clipped }) => `${peak},${rms},${held},${clipped}`).join(';')}`;
      if (picture !== drawn) {
        drawn = picture;
        drawMeter(context, size, readings, channels, palette);
      }
      if (now - attributeAt >= ATTRIBUTE_MS) {
        attributeAt = now;
        tell(frame.current, measured && meter.channels > 0 ? meter.latestPeak : undefined, format);
      }
      if (now - readoutAt >= READOUT_MS && readout.current) {
        readoutAt = now;
        const loudest = measured ? meter.loudest(now) : undefined;
        const text = loudest === undefined ? '' : format(loudest <= METER_FLOOR ? -Infinity : loudest);
        if (readout.current.textContent !== text) readout.current.textContent = text;
        readout.current.classList.toggle(
          'meter-clipped',
          readings.some(({ clipped }) => clipped),
        );
      }
    };
    const end = eachFrame(draw);
    return () => {
      end();
      observer.disconnect();
    };
  }, [meter, channels, live, saysMissing, height, format]);

  return (
    <div className={classes('meter', isMissing && 'meter-missing')} title={isMissing ? whyNone : undefined}>
      <div
        ref={frame}
        className="meter-bars"
        role="meter"
        aria-label={label}
        aria-valuemin={METER_FLOOR}
        aria-valuemax={0}
        aria-valuenow={METER_FLOOR}
        data-testid={testId}
      >
        <canvas ref={canvas} className="meter-canvas" style={{ height }} aria-hidden />
        {isMissing && (
          <span className="meter-none" aria-hidden>
            no level
          </span>
        )}
      </div>
      <span ref={readout} className={classes('meter-readout')} aria-hidden />
    </div>
  );
}

function tell(element: HTMLElement | null, peak: number | undefined, format: (dbfs: number) => string): void {
  if (!element) return;
  const text = peak === undefined ? '' : peak.toFixed(1);
  if (element.dataset['level'] === text) return;
  element.dataset['level'] = text;
  const shown = peak === undefined ? METER_FLOOR : Math.max(METER_FLOOR, Math.min(0, peak));
  element.setAttribute('aria-valuenow', shown.toFixed(1));
  element.setAttribute('aria-valuetext', peak === undefined ? 'no level' : `${format(peak)} dBFS`);
}
