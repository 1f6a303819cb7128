// The same client with five bugs, each of which is easily made.
import { RefusedError, ScanToPay, type Session, UnsureError } from "./careful.ts";

/** Sends the confirm again when its answer is lost, without a look at what has become of it. */
export class ConfirmsAgain extends ScanToPay {
  confirm = async (token: string): Promise<Session> => {
    for (let tries = 0; tries < 2; tries++) {
      try {
        return this.read(await this.ask("POST", `/${token}/confirm`));
      } catch (error) {
        if (!(error instanceof UnsureError)) throw error;
      }
    }
    return this.session(token);
  };
}

/** Waits a second after every 429, whatever the API asks for. */
export class HasNoPatience extends ScanToPay {
  protected wait(): Promise<void> {
    return this.sleep(1);
  }
}

/** Can't take a field that was not there when it was written. */
export class KnowsEveryField extends ScanToPay {
  protected read(content: any): Session {
    const known = "status failure_reason connector_id connector_status charger pricing amount_authorized energy_kwh";
    const others = "cost_amount amount_captured tax_amount driver_email created_at authorized_at charging_started_at";
    const fields = `${known} ${others} completed_at captured_at`.split(" ");
    const unknown = Object.keys(content.data).find((name) => !fields.includes(name));
    if (unknown) throw new TypeError(`unknown field ${unknown}`);
    return super.read(content);
  }
}

/** Takes it that every session ends with an amount. Many end without one. */
export class ExpectsABill extends ScanToPay {
  bill = "";

  protected read(content: any): Session {
    const session = super.read(content);
    if (["captured", "no_charge", "failed", "expired", "abandoned"].includes(session.status))
      this.bill = `You have paid ${(session.amount_captured as number).toFixed(2)}.`;
    return session;
  }
}

/** Says that stopping has failed when the charger was only slow to say yes. */
export class TakesATimeoutForANo extends ScanToPay {
  stop = async (token: string): Promise<Session> => {
    try {
      return this.read(await this.ask("POST", `/${token}/stop`));
    } catch (error) {
      if (error instanceof UnsureError) throw new RefusedError("stopping has failed");
      throw error;
    }
  };
}
