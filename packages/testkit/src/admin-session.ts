/**
 * The administrator of a server that was just started, over HTTP as a script of theirs would be.
 *
 *   const admin = await signInAsAdmin(server.url);
 *   const { token } = await admin.ask('POST', '/api/enrolment-tokens', { uses: 3 });
 */
export interface AdminAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AdminSession {
  readonly cookie: string;
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<AdminAnswer>;
  /** A token that lets hosts in. @throws Error when there is none to be had */
  token(wish?: {
    readonly uses?: number;
    readonly expires_in_secs?: number;
    readonly client_id?: string;
  }): Promise<{
    readonly id: string;
    readonly token: string;
  }>;
}

const fieldsOf = (value: unknown): Record<string, unknown> => Object.fromEntries(Object.entries(value ?? {}));

/** @throws Error when the password is not this one */
export async function signInAsAdmin(url: string, password = 'admin123'): Promise<AdminSession> {
  const login = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password }),
  });
  const cookie = /session_id=[0-9a-f-]+/.exec(login.headers.get('set-cookie') ?? '')?.[0];
  if (cookie === undefined) throw new Error(`sign-in answered ${login.status}: ${await login.text()}`);
  const session: AdminSession = {
    cookie,
    async ask(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: { cookie, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: fieldsOf(await response.json()) };
    },
    async token(wish = {}) {
      const { status, body } = await session.ask('POST', '/api/enrolment-tokens', wish);
      const { id, token } = body;
      if (typeof id !== 'string' || typeof token !== 'string') throw new Error(`no token: ${status}`);
      return { id, token };
    },
  };
  return session;
}
