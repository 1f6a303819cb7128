/** How plugproof presses the buttons of our client. */
public final class Main {
    private static ScanToPay client;

    public static void main(String[] arguments) {
        Glue.speak(
                "[\"start\",\"poll\",\"confirm\",\"stop\",\"cancel\",\"email\"]",
                url -> client = new ScanToPay(url, Glue::sleep),
                ask -> switch (ask.get("do")) {
                    case "start" -> Glue.quote(client.start(body(ask)));
                    case "poll" -> view(client.status(ask.get("session")));
                    case "email" -> view(client.act(ask.get("session"), "receipt-email", body(ask)));
                    default -> view(client.act(ask.get("session"), ask.get("do"), ""));
                },
                error -> error instanceof ScanToPay.RefusedException ? "refused"
                        : error instanceof ScanToPay.UnsureException ? "unsure" : "crash");
    }

    private static String view(String status) {
        return "{\"status\":" + Glue.quote(status) + "}";
    }

    private static String body(java.util.Map<String, String> ask) {
        String email = ask.get("email").equals("null") ? "null" : Glue.quote(ask.get("email"));
        if (ask.get("do").equals("email")) return "{\"email\":" + email + "}";
        return "{\"code\":" + Glue.quote(ask.get("code")) + ",\"connector_id\":" + ask.get("connector_id") + ",\"email\":" + email + "}";
    }
}
