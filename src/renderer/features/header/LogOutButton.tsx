import { LogOut } from 'lucide-react';
import type { ReactElement } from 'react';
import { isInBrowser, logOut } from '../../bridge/bridge.ts';
import { IconButton } from '../../elements/Button.tsx';
import { Menu } from '../../elements/Menu.tsx';
import { attempt } from '../../stores/notices.ts';

/** The way out of a browser; a window needs none. */
export function LogOutButton(): ReactElement | null {
  if (!isInBrowser()) return null;
  return (
    <Menu
      label="Logging out"
      items={[
        { label: 'Log out', onSelect: () => attempt(logOut(false)) },
        { label: 'Log out everywhere', onSelect: () => attempt(logOut(true)) },
      ]}
    >
      <IconButton label="Log out">
        <LogOut size={16} aria-hidden />
      </IconButton>
    </Menu>
  );
}
