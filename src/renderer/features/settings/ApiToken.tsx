import { type ReactElement, useEffect, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { attempt } from '../../stores/notices.ts';

/** The token of the HTTP API: whether there is one, and a new one, which is shown once. */
export function ApiToken(): ReactElement {
  const [hasToken, setHasToken] = useState<boolean>();
  const [token, setToken] = useState<string>();
  useEffect(() => {
    let current = true;
    attempt(
      request('automation.access', {}).then((access) => {
        if (current) setHasToken(access.hasToken);
      }),
    );
    return () => {
      current = false;
    };
  }, []);

  const make = async (): Promise<void> => {
    setToken((await request('automation.makeToken', {})).token);
    setHasToken(true);
  };
  const remove = async (): Promise<void> => {
    await request('automation.removeToken', {});
    setToken(undefined);
    setHasToken((await request('automation.access', {})).hasToken);
  };

  return (
    <div className="settings-line" role="status">
      {token === undefined ? (
        <p className="field-note">{hasToken === true ? 'There is a token.' : 'There is no token yet.'}</p>
      ) : (
        <p className="field-note">
          Shown this once: <code className="selectable">{token}</code>
        </p>
      )}
      <Button onClick={() => attempt(make())}>{hasToken === true ? 'New token' : 'Make a token'}</Button>
      {hasToken === true && <Button onClick={() => attempt(remove())}>Remove token</Button>}
    </div>
  );
}
