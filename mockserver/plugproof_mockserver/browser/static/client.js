// The reference client of the API: what the driver's page asks, and how long it waits before it asks again.
// It knows no page, so a test can drive it; `send` is fetch, or whatever answers like it.

export class ApiError extends Error {
  constructor(status, message, fields = {}) {
    super(message);
    Object.assign(this, { status, fields });
  }
}

// A request of which no answer came; it may have taken effect.
export class UnansweredError extends Error {}

const UNANSWERED = {
  start: "No answer came. A session may have begun all the same; a second one holds money a second time.",
  other: "No answer came. Check the connection; it is safe to try again.",
};

const TERMINAL = new Set(["captured", "no_charge", "expired", "failed", "abandoned", "refunded", "written_off"]);
export const isOver = (session) => TERMINAL.has(session.status);

export class ScanToPay {
  constructor(base, { send = (...args) => fetch(...args), sleep = (ms) => new Promise((done) => setTimeout(done, ms)) } = {}) {
    this.root = `${base}/v3/public-charging`;
    Object.assign(this, { send, sleep });
  }

  charger(code) {
    return this.ask("GET", `/chargers/${encodeURIComponent(code)}`);
  }

  // Answers {session_token, data, payment}.
  start(code, connectorId, email) {
    return this.ask("POST", "/sessions", { code, connector_id: connectorId, ...(email ? { email } : {}) });
  }

  get(token) {
    return this.ask("GET", `/sessions/${token}`);
  }

  // An answer that is lost may belong to a confirm that was carried out: ask what became of it, and only then again.
  async confirm(token) {
    for (let left = 3; ; left -= 1) {
      try {
        return await this.ask("POST", `/sessions/${token}/confirm`);
      } catch (error) {
        if (!(error instanceof UnansweredError) || left <= 1) throw error;
        const seen = await this.again(() => this.get(token));
        if (seen.data.status !== "created") return seen;
      }
    }
  }

  stop(token) {
    return this.ask("POST", `/sessions/${token}/stop`);
  }

  cancel(token) {
    return this.ask("POST", `/sessions/${token}/cancel`);
  }

  setEmail(token, email) {
    return this.ask("POST", `/sessions/${token}/receipt-email`, { email });
  }

  async again(attempt, tries = 4) {
    for (let left = tries; ; left -= 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof UnansweredError) || left <= 1) throw error;
        await this.sleep(1000);
      }
    }
  }

  async ask(method, path, fields) {
    for (let left = 3; ; left -= 1) {
      const response = await this.exchange(method, path, fields);
      if (response.status !== 429 || left <= 1) return this.read(response);
      await this.sleep(waitOf(response));
    }
  }

  async exchange(method, path, fields) {
    const headers = { accept: "application/json" };
    const options = { method, headers, cache: "no-store" };
    if (fields) {
      headers["content-type"] = "application/json";
      options.body = JSON.stringify(fields);
    }
    try {
      const response = await this.send(this.root + path, options);
      const text = await response.text();
      return { status: response.status, text, header: (name) => response.headers.get(name) };
    } catch (error) {
      throw new UnansweredError(UNANSWERED[method === "POST" && path === "/sessions" ? "start" : "other"], { cause: error });
    }
  }

  read(response) {
    let content;
    try {
      content = JSON.parse(response.text);
    } catch {
      if (response.status < 400) throw new UnansweredError("The answer could not be read.");
      throw new ApiError(response.status, `The API answered ${response.status}.`);
    }
    if (response.status >= 500) throw new ApiError(response.status, content.message ?? "The API failed.");
    if (response.status >= 400) throw new ApiError(response.status, content.message ?? "", content.errors);
    return content;
  }
}

// `Retry-After` may be 0, and a page of another origin can't read it at all (the API exposes no header).
function waitOf(response) {
  const seconds = Number(response.header("retry-after") ?? NaN);
  return (Number.isFinite(seconds) ? Math.max(1, seconds) : 15) * 1000;
}

// The limit of get is 30 a minute: one poll in three seconds leaves room for a second tab.
export const POLL_MS = 3000;
