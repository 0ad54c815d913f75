/** In the units of the desktop, which are pixels where nothing is scaled. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A window with less of its upper edge on a screen than this cannot be taken hold of. */
const GRIP = { width: 120, height: 32 };

/**
 * Where a window goes that was at `kept`, on the screens that there are now, the main one first: to where it was, if
 * it can be taken hold of there, and otherwise into the middle of the main screen; never larger than its screen.
 */
export function placeWindow(kept: Area, screens: readonly Area[]): Area {
  const [main] = screens;
  if (!main) return kept;
  const own = screens.toSorted((one, other) => grip(kept, other) - grip(kept, one))[0] ?? main;
  if (grip(kept, own) === 0) {
    const { width, height } = fitted(kept, main);
    return {
      x: main.x + Math.round((main.width - width) / 2),
      y: main.y + Math.round((main.height - height) / 2),
      width,
      height,
    };
  }
  const { width, height } = fitted(kept, own);
  // What had to be made smaller is shown whole.
  const x = width < kept.width ? own.x : kept.x;
  const y = height < kept.height ? own.y : kept.y;
  return { x, y, width, height };
}

/** Square units of the upper edge that are on this screen; 0 when it cannot be taken hold of there. */
function grip({ x, y, width }: Area, screen: Area): number {
  const across = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  const down = Math.min(y + GRIP.height, screen.y + screen.height) - Math.max(y, screen.y);
  return across >= GRIP.width && down >= GRIP.height / 2 ? across * down : 0;
}

function fitted(kept: Area, screen: Area): Pick<Area, 'width' | 'height'> {
  return { width: Math.min(kept.width, screen.width), height: Math.min(kept.height, screen.height) };
}
