import type { Role } from '../model.ts';
import type { Connection } from './connection.ts';
import type { StoredToken, StoredUser, UserStore } from './database.ts';

interface UserRow {
  id: number;
  email: string;
  role: Role;
  password: string | null;
  created_at: number;
}

interface TokenRow {
  id: number;
  user_id: number;
  name: string;
  hash: string;
  hint: string;
  created_at: number;
  last_used_at: number | null;
}

const userOf = (row: UserRow): StoredUser => ({
  id: row.id,
  email: row.email,
  role: row.role,
  password: row.password ?? undefined,
  createdAt: row.created_at,
});

const tokenOf = (row: TokenRow): StoredToken => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  hash: row.hash,
  hint: row.hint,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
});

export function userStore(connection: Connection): UserStore {
  const one = (where: string, value: string | number): StoredUser | undefined => {
    const row = connection.prepare<[string | number], UserRow>(`SELECT * FROM users WHERE ${where}`).get(value);
    return row && userOf(row);
  };
  return {
    add: async (email, role, at) => {
      const row = connection
        .prepare<[string, string, number], UserRow>(
          'INSERT INTO users (email, role, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING *',
        )
        .get(email, role, at);
      return row && userOf(row);
    },
    list: async () => connection.prepare<[], UserRow>('SELECT * FROM users ORDER BY id').all().map(userOf),
    byId: async (id) => one('id = ?', id),
    byEmail: async (email) => one('email = ?', email),
    byToken: async (hash) => {
      const token = connection.prepare<[string], TokenRow>('SELECT * FROM tokens WHERE hash = ?').get(hash);
      const user = token && one('id = ?', token.user_id);
      return token && user && { user, token: tokenOf(token) };
    },
    setPassword: async (id, password) => {
      connection.transaction(() => {
        connection.prepare('UPDATE users SET password = ? WHERE id = ?').run(password ?? null, id);
        // Whoever logged in with the old one is asked again.
        connection.prepare('DELETE FROM logins WHERE user_id = ?').run(id);
      })();
    },
    remove: async (id) => connection.prepare('DELETE FROM users WHERE id = ?').run(id).changes > 0,
    addToken: async (userId, { name, hash, hint }, at) => {
      const row = connection
        .prepare<[number, string, string, string, number], TokenRow>(
          'INSERT INTO tokens (user_id, name, hash, hint, created_at) VALUES (?, ?, ?, ?, ?) RETURNING *',
        )
        .get(userId, name, hash, hint, at);
      if (!row) throw new Error('SQLite returned no row for a token that it took.');
      return tokenOf(row);
    },
    tokens: async () => connection.prepare<[], TokenRow>('SELECT * FROM tokens ORDER BY id').all().map(tokenOf),
    useToken: async (id, at) => {
      connection.prepare('UPDATE tokens SET last_used_at = ? WHERE id = ?').run(at, id);
    },
    removeToken: async (id) => connection.prepare('DELETE FROM tokens WHERE id = ?').run(id).changes > 0,
    addLogin: async (hash, userId, expiresAt) => {
      connection
        .prepare('INSERT INTO logins (hash, user_id, expires_at) VALUES (?, ?, ?)')
        .run(hash, userId, expiresAt);
    },
    byLogin: async (hash, now) => {
      connection.prepare('DELETE FROM logins WHERE expires_at <= ?').run(now);
      const login = connection
        .prepare<[string], { user_id: number }>('SELECT user_id FROM logins WHERE hash = ?')
        .get(hash);
      return login && one('id = ?', login.user_id);
    },
    removeLogin: async (hash) => {
      connection.prepare('DELETE FROM logins WHERE hash = ?').run(hash);
    },
    restore: async (users, tokens) => connection.transaction(() => restore(connection, users, tokens))(),
  };
}

function restore(connection: Connection, users: readonly StoredUser[], tokens: readonly StoredToken[]): void {
  for (const user of users) {
    connection
      .prepare('INSERT OR IGNORE INTO users (id, email, role, password, created_at) VALUES (?, ?, ?, ?, ?)')
      .run(user.id, user.email, user.role, user.password ?? null, user.createdAt);
  }
  for (const token of tokens) {
    connection
      .prepare('INSERT OR IGNORE INTO tokens (id, user_id, name, hash, hint, created_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(token.id, token.userId, token.name, token.hash, token.hint, token.createdAt);
  }
}
