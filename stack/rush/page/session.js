/** One person signed in, for as long as the page is open: the tokens are in this object and nowhere else. */
import { ask, Refusal } from './graph.js';

const PATH = '/graphql';
const FIELDS = 'accessToken accessTokenExpiresAt refreshToken role';
const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { ${FIELDS} }
}`;
const REFRESH = `mutation Refresh($token: String!) { refreshSession(refreshToken: $token) { ${FIELDS} } }`;
const SIGN_OUT = 'mutation SignOut($token: String!) { signOut(refreshToken: $token) }';
const EARLY_MS = 60_000;
const AGAIN_MS = 5_000;
/** Refusals after which the same refresh token may still be good. */
const PASSING = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL']);

/** The session can't be renewed: one has to sign in again. */
export class SessionOver extends Error {}

export class Session {
  #session;
  #onRenewed;
  #renewing;
  #timer;

  constructor(session, onRenewed) {
    this.#onRenewed = onRenewed;
    this.#keep(session);
  }

  static async signIn(email, password, onRenewed) {
    const { signIn } = await ask(PATH, SIGN_IN, { email, password });
    return new Session(signIn, onRenewed);
  }

  get isAdministrator() {
    return this.#session.role === 'ADMIN';
  }

  /** A token to ask with: a new one where the last was refused. Whether it has run out the server knows best. */
  async token(wasRefused = false) {
    if (wasRefused) await this.#renew();
    return this.#session.accessToken;
  }

  /** Whatever comes of it: the tokens are gone from here. */
  async end() {
    clearTimeout(this.#timer);
    const token = this.#session.refreshToken;
    this.#session = {};
    await ask(PATH, SIGN_OUT, { token }).catch(() => undefined);
  }

  #keep(session) {
    this.#session = session;
    clearTimeout(this.#timer);
    const remaining = Date.parse(session.accessTokenExpiresAt) - Date.now();
    // Where the clocks differ by more than a token lives, it seems to have ended when it comes.
    const wait = Math.max(remaining - EARLY_MS, remaining / 2, AGAIN_MS);
    this.#timer = setTimeout(() => this.#renewEarly(), wait);
  }

  async #renewEarly() {
    try {
      await this.#renew();
      this.#onRenewed();
    } catch (error) {
      // Whoever next asks for a token is told when the session is over.
      if (!(error instanceof SessionOver)) this.#timer = setTimeout(() => this.#renewEarly(), AGAIN_MS);
    }
  }

  /** Once for all who ask at the same time: a refresh token works once. */
  #renew() {
    this.#renewing ??= this.#exchange().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #exchange() {
    const token = this.#session.refreshToken;
    if (!token) throw new SessionOver();
    try {
      const { refreshSession } = await ask(PATH, REFRESH, { token });
      if (this.#session.refreshToken === token) this.#keep(refreshSession);
    } catch (error) {
      if (error instanceof Refusal && !PASSING.has(error.code)) throw new SessionOver();
      throw error;
    }
  }
}
