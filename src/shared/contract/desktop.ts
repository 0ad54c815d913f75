import { z } from 'zod';
import { globalActionSchema } from '../domain/globalKeys.ts';

/** How the studio lives on its desktop. */
const backgroundSchema = z.object({
  /** There is a tray now, to which the window can be closed. */
  hasTray: z.boolean(),
  /** What asks for a start at log-in can be written down; the reason why not. */
  loginProblem: z.string().optional(),
  /** Keys that work everywhere on the desktop: those that are set. */
  shortcuts: z.array(
    z.object({
      action: globalActionSchema,
      keys: z.string(),
      /** Why they do nothing, and what to do. */
      problem: z.string().optional(),
    }),
  ),
  /** What keys cannot do on this desktop at all. */
  shortcutsNote: z.string().optional(),
});
export type Background = z.infer<typeof backgroundSchema>;

export const desktopRequests = {
  /** Absent where the studio has no desktop of its own. */
  'desktop.background': { input: z.strictObject({}), output: backgroundSchema.optional() },
} as const;

/** Dialogs that the menu of the program opens in the window. */
export const menuDialogSchema = z.enum(['help', 'shortcuts', 'settings']);
export type MenuDialog = z.infer<typeof menuDialogSchema>;

export const desktopEvents = {
  /** The menu was asked for a dialog of the window. */
  'desktop.dialogWanted': z.object({ dialog: menuDialogSchema }),
  /** A tray has come or gone, or keys were taken or given back. */
  'desktop.backgroundChanged': backgroundSchema,
} as const;
