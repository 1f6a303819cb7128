// A client of the public-charging API that takes care, as a team might write it with fetch.
import { setTimeout as timer } from "node:timers/promises";

const TRIES = 3;

/** The API said no, and nothing happened. */
export class RefusedError extends Error {
  name = "RefusedError";
}

/** The request may have been carried out, or not: look again later. */
export class UnsureError extends Error {
  name = "UnsureError";
}

/** What this client knows of a session; amounts are in minor units. */
export type Session = {
  status: string;
  failure_reason: string | null;
  energy_kwh: string | null;
  cost_amount: number | null;
  amount_captured: number | null;
  driver_email: string | null;
};

/** Takes a driver from the code on the charger to the bill. */
export class ScanToPay {
  private readonly baseUrl: string;
  protected readonly sleep: (seconds: number) => Promise<void>;

  constructor(baseUrl: string, sleep = (seconds: number): Promise<void> => timer(seconds * 1000)) {
    this.baseUrl = baseUrl;
    this.sleep = sleep;
  }

  async start(code: string, connectorId: number, email: string | null): Promise<string> {
    const content = await this.ask("POST", "", { code, connector_id: connectorId, email });
    return content.session_token;
  }

  async session(token: string): Promise<Session> {
    return this.read(await this.ask("GET", `/${token}`));
  }

  confirm = (token: string) => this.act(token, "confirm");
  stop = (token: string) => this.act(token, "stop");
  cancel = (token: string) => this.act(token, "cancel");
  setEmail = (token: string, email: string) => this.act(token, "receipt-email", { email });

  /** Do something; when that is in doubt, ask what has become of it. */
  protected async act(token: string, action: string, body?: object): Promise<Session> {
    try {
      return this.read(await this.ask("POST", `/${token}/${action}`, body));
    } catch (error) {
      if (error instanceof UnsureError) return this.session(token);
      throw error;
    }
  }

  protected async ask(method: string, path: string, body?: object): Promise<any> {
    for (let tries = 0; tries < TRIES; tries++) {
      const response = await this.send(method, path, body);
      if (response.status !== 429) return this.content(response);
      await this.wait(response);
    }
    throw new RefusedError("the API is busy");
  }

  protected wait(response: Response): Promise<void> {
    return this.sleep(Number(response.headers.get("Retry-After")));
  }

  private async send(method: string, path: string, body?: object): Promise<Response> {
    const headers = { Accept: "application/json", "Content-Type": "application/json" };
    try {
      const url = `${this.baseUrl}/v3/public-charging/sessions${path}`;
      return await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    } catch {
      throw new UnsureError("the connection broke");
    }
  }

  private async content(response: Response): Promise<any> {
    if (response.status >= 500) throw new UnsureError(`the API answered ${response.status}`);
    let content;
    try {
      content = await response.json();
    } catch {
      throw new UnsureError("the answer can't be read");
    }
    if (!response.ok) throw new RefusedError(content.message);
    return content;
  }

  protected read(content: { data: Session & Record<string, unknown> }): Session {
    const { status, failure_reason, energy_kwh, cost_amount, amount_captured, driver_email } = content.data;
    return { status, failure_reason, energy_kwh, cost_amount, amount_captured, driver_email };
  }
}
