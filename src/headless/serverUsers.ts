import type { Role } from '../server/model.ts';
import { openUsers } from '../server/server.ts';
import type { Users } from '../server/users.ts';
import { LongtakeError } from '../shared/errors.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { silentLog } from './log.ts';
import { readPassword } from './readPassword.ts';
import { type ServerFlags, serverConfig } from './serveSessions.ts';
import type { Terminal } from './terminal.ts';

/** Commands of `longtake serve-sessions user`. They work while the server runs, too. */
export function addUser(flags: ServerFlags, email: string, role: Role): Promise<ExitCode> {
  return withUsers(flags, async (users) => {
    const user = await users.add(email, role);
    const token = await users.addToken(user, 'first');
    print(`Added ${user.email} (${role}).\nAPI token, told this once: ${token}`);
  });
}

export function listUsers(flags: ServerFlags, terminal: Terminal): Promise<ExitCode> {
  return withUsers(flags, async (users) => {
    const tokens = await users.tokens();
    const listed = (await users.list()).map(({ id, email, role, password, createdAt }) => ({
      id,
      email,
      role,
      hasPassword: password !== undefined,
      createdAt: new Date(createdAt).toISOString(),
      tokens: tokens
        .filter(({ userId }) => userId === id)
        .map((token) => ({
          id: token.id,
          name: token.name,
          begins: token.hint,
          lastUsedAt: token.lastUsedAt === undefined ? null : new Date(token.lastUsedAt).toISOString(),
        })),
    }));
    if (listed.length === 0) terminal.line('There is no user. Add one with "user add".');
    for (const user of listed) {
      terminal.object({ type: 'user', ...user });
      terminal.line(`${user.email}  ${user.role}${user.hasPassword ? '' : ', no password'}`);
      for (const token of user.tokens) {
        terminal.line(
          `  token ${token.id} "${token.name}" ${token.begins}…  last used: ${token.lastUsedAt ?? 'never'}`,
        );
      }
    }
  });
}

export function makeUserToken(flags: ServerFlags, email: string, name: string): Promise<ExitCode> {
  return withUsers(flags, async (users) => {
    print(`API token of ${email}, told this once: ${await users.addToken(await users.byEmail(email), name)}`);
  });
}

export function revokeToken(flags: ServerFlags, email: string, which: string): Promise<ExitCode> {
  return withUsers(flags, async (users) => {
    await users.removeToken(await users.byEmail(email), which);
    print('The token is no longer good.');
  });
}

export function setUserPassword(flags: ServerFlags, email: string): Promise<ExitCode> {
  return withUsers(flags, async (users) => {
    const user = await users.byEmail(email);
    await users.setPassword(user, await readPassword());
    print(`${user.email} can log in with the new password.`);
  });
}

export function removeUser(flags: ServerFlags, email: string): Promise<ExitCode> {
  return withUsers(flags, async (users) => {
    const user = await users.byEmail(email);
    await users.remove(user);
    print(`Removed ${user.email}. What they recorded is still there.`);
  });
}

async function withUsers(flags: ServerFlags, work: (users: Users) => Promise<void>): Promise<ExitCode> {
  const opened = await openUsers(serverConfig(flags), silentLog);
  try {
    await work(opened.users);
    return EXIT.done;
  } catch (error) {
    if (error instanceof LongtakeError) throw new Failure(EXIT.failed, error.message);
    throw error;
  } finally {
    await opened.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
