import type { Command } from 'commander';
import { JSON_LINES, type Mount, terminalOf } from './command.ts';
import { EXIT } from './exit.ts';

interface Flags {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
}

const HELP = `
Settings are taken from the environment; README.md lists them. At the first start an admin is made, and their API token
is printed once.
Exit codes: ${EXIT.done} ended as asked; ${EXIT.failed} it could not start; ${EXIT.usage} a setting is wrong.`;

/** Adds `serve-sessions` with its users. What it needs is loaded when it is asked for. */
export function addServerCommand(program: Command, { program: typed, onEnd }: Mount): void {
  const serve = program
    .command('serve-sessions')
    .description('Receive what studios upload while they record: sessions, users, finished recordings.')
    .option('--host <address>', 'where to listen; LONGTAKE_SERVER_HOST (127.0.0.1)')
    .option('--port <port>', 'LONGTAKE_SERVER_PORT (8484); 0: any that is free')
    .option('--data <folder>', 'LONGTAKE_SERVER_DATA_FOLDER (~/.local/share/longtake-server)')
    .exitOverride()
    .addHelpText('after', HELP)
    .action(async (flags: Flags) => {
      const { serveSessions } = await import('./serveSessions.ts');
      onEnd(await serveSessions(flags, typed));
    });
  const user = serve.command('user').description('Who may upload and log in.').exitOverride();
  const flagsOf = (): Flags => serve.opts<Flags>();
  user
    .command('add')
    .description('Add a user; prints an API token, once.')
    .argument('<email>')
    .option('--admin', 'sees, downloads and deletes the recordings of everybody')
    .exitOverride()
    .action(async (email: string, { admin }: { admin?: boolean }) => {
      const { addUser } = await import('./serverUsers.ts');
      onEnd(await addUser(flagsOf(), email, admin === true ? 'admin' : 'owner'));
    });
  user
    .command('list')
    .description('List users and their tokens.')
    .option('--json', JSON_LINES)
    .exitOverride()
    .action(async (_: unknown, command: Command) => {
      const { listUsers } = await import('./serverUsers.ts');
      onEnd(await listUsers(flagsOf(), terminalOf(command)));
    });
  user
    .command('token')
    .description('Make an API token, which is printed once; or take one back.')
    .argument('<email>')
    .option('--name <name>', 'to tell it from others', 'token')
    .option('--revoke <token>', 'the number or the first characters of one that shall no longer be good')
    .exitOverride()
    .action(async (email: string, { name, revoke }: { name: string; revoke?: string }) => {
      const { makeUserToken, revokeToken } = await import('./serverUsers.ts');
      onEnd(
        await (revoke === undefined ? makeUserToken(flagsOf(), email, name) : revokeToken(flagsOf(), email, revoke)),
      );
    });
  user
    .command('password')
    .description('Set the password for the web page; it is read from standard input.')
    .argument('<email>')
    .exitOverride()
    .action(async (email: string) => {
      const { setUserPassword } = await import('./serverUsers.ts');
      onEnd(await setUserPassword(flagsOf(), email));
    });
  user
    .command('remove')
    .description('Remove a user and their tokens; their recordings stay, for admins.')
    .argument('<email>')
    .exitOverride()
    .action(async (email: string) => {
      const { removeUser } = await import('./serverUsers.ts');
      onEnd(await removeUser(flagsOf(), email));
    });
}
