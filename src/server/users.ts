import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, LongtakeError } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';
import { hashPassword, makeToken } from './auth/secrets.ts';
import type { Database, StoredToken, StoredUser } from './database/database.ts';
import { ROLES, type Role } from './model.ts';
import { DiskStorage } from './storage/diskStorage.ts';

const FILE = 'users.json';
/** Shorter ones are guessed. */
const MIN_PASSWORD = 8;

const fileSchema = z.object({
  users: z.array(
    z.object({
      id: z.number(),
      email: z.string(),
      role: z.enum(ROLES),
      password: z.string().optional(),
      createdAt: z.number(),
    }),
  ),
  tokens: z.array(
    z.object({
      id: z.number(),
      userId: z.number(),
      name: z.string(),
      hash: z.string(),
      hint: z.string(),
      createdAt: z.number(),
    }),
  ),
});

/** The server's users. They are also in a file beside the database, hashed, so that they survive its loss. */
export class Users {
  readonly #database: Database;
  readonly #folder: string;
  readonly #now: () => number;

  /** `folder` is the data folder, absolute. */
  constructor(database: Database, folder: string, now: () => number) {
    this.#database = database;
    this.#folder = folder;
    this.#now = now;
  }

  /** Brings back who is only known to the file; the database may have been lost. */
  async restore(log: Log): Promise<void> {
    if ((await this.#database.users.list()).length > 0) return;
    const path = join(this.#folder, FILE);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      throw error;
    }
    const kept = fileSchema.safeParse(parsed(text));
    if (!kept.success) {
      log.error('The file of users cannot be read; add the users again.', { path });
      return;
    }
    const users = kept.data.users.map((user) => ({ ...user, password: user.password }));
    await this.#database.users.restore(
      users,
      kept.data.tokens.map((token) => ({ ...token, lastUsedAt: undefined })),
    );
    log.warn('The users came back from their file, for the database had none.', { users: users.length });
  }

  list(): Promise<readonly StoredUser[]> {
    return this.#database.users.list();
  }

  tokens(): Promise<readonly StoredToken[]> {
    return this.#database.users.tokens();
  }

  /** @throws CONFLICT, INVALID_INPUT */
  async add(email: string, role: Role): Promise<StoredUser> {
    const address = email.trim();
    if (!/^[^\s@<>]+@[^\s@<>]+$/.test(address) || address.length > 254) {
      throw new LongtakeError('INVALID_INPUT', `"${email}" is no e-mail address. Enter one such as anna@example.org.`);
    }
    const user = await this.#database.users.add(address, role, this.#now());
    if (!user) throw new LongtakeError('CONFLICT', `There is a user ${address} already.`);
    await this.#save();
    return user;
  }

  /** Returns the token; nothing can tell it again. */
  async addToken(user: StoredUser, name: string): Promise<string> {
    const made = makeToken();
    await this.#database.users.addToken(user.id, { name, hash: made.hash, hint: made.hint }, this.#now());
    await this.#save();
    return made.token;
  }

  /** By its number, or the characters that it begins with. @throws NOT_FOUND */
  async removeToken(user: StoredUser, which: string): Promise<void> {
    const own = (await this.#database.users.tokens()).filter(({ userId }) => userId === user.id);
    const found = own.find(({ id, hint }) => String(id) === which || hint === which.slice(0, hint.length));
    if (!found) throw new LongtakeError('NOT_FOUND', `${user.email} has no token ${which}. "user list" shows them.`);
    await this.#database.users.removeToken(found.id);
    await this.#save();
  }

  /** @throws INVALID_INPUT */
  async setPassword(user: StoredUser, password: string): Promise<void> {
    if (password.length < MIN_PASSWORD) {
      throw new LongtakeError('INVALID_INPUT', `A password needs at least ${MIN_PASSWORD} characters.`);
    }
    await this.#database.users.setPassword(user.id, await hashPassword(password));
    await this.#save();
  }

  /** What the user recorded stays, for admins to see. */
  async remove(user: StoredUser): Promise<void> {
    await this.#database.users.remove(user.id);
    await this.#save();
  }

  /** @throws NOT_FOUND */
  async byEmail(email: string): Promise<StoredUser> {
    const found = await this.#database.users.byEmail(email.trim());
    if (!found) throw new LongtakeError('NOT_FOUND', `There is no user ${email}. "user list" shows who there is.`);
    return found;
  }

  /** The owner of something that names an address: known, or made without a way to log in. */
  async ownerOf(email: string): Promise<StoredUser> {
    return (await this.#database.users.byEmail(email)) ?? this.add(email, 'owner');
  }

  async #save(): Promise<void> {
    const users = await this.#database.users.list();
    const tokens = await this.#database.users.tokens();
    const disk = new DiskStorage(this.#folder);
    await disk.writeText(FILE, `${JSON.stringify({ users, tokens }, undefined, 2)}\n`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
