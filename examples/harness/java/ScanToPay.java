import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.DoubleConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of the public-charging API that takes care, with the standard library alone. */
final class ScanToPay {
    /** The API said no, and nothing happened. */
    static final class RefusedException extends Exception {
        RefusedException(String message) { super(message); }
    }

    /** The request may have been carried out, or not: look again later. */
    static final class UnsureException extends Exception {
        UnsureException(String message) { super(message); }
    }

    private static final Pattern TOKEN = Pattern.compile("\"session_token\":\"(\\w+)\"");
    private static final Pattern STATUS = Pattern.compile("\"status\":\"(\\w+)\"");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private final String url;
    private final DoubleConsumer sleep;

    ScanToPay(String url, DoubleConsumer sleep) {
        this.url = url + "/v3/public-charging/sessions";
        this.sleep = sleep;
    }

    String start(String body) throws Exception {
        return found(TOKEN, ask("POST", "", body));
    }

    /** Ask for the status of a session. */
    String status(String token) throws Exception {
        return found(STATUS, ask("GET", "/" + token, ""));
    }

    /** Do something; when that is in doubt, ask what has become of it. */
    String act(String token, String action, String body) throws Exception {
        try {
            return found(STATUS, ask("POST", "/" + token + "/" + action, body));
        } catch (UnsureException error) {
            return status(token);
        }
    }

    private String ask(String method, String path, String body) throws Exception {
        for (int tries = 0; tries < 3; tries++) {
            HttpResponse<String> response = send(method, path, body);
            if (response.statusCode() == 429) {
                sleep.accept(Double.parseDouble(response.headers().firstValue("Retry-After").orElse("1")));
            } else if (response.statusCode() >= 500) {
                throw new UnsureException("the API answered " + response.statusCode());
            } else if (response.statusCode() >= 400) {
                if (!response.body().strip().endsWith("}")) throw new UnsureException("the answer can't be read");
                throw new RefusedException("the API answered " + response.statusCode());
            } else {
                return response.body();
            }
        }
        throw new RefusedException("the API is busy");
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException error) {
            throw new UnsureException("the connection broke");
        }
    }

    private static String found(Pattern pattern, String body) throws UnsureException {
        Matcher found = pattern.matcher(body);
        if (!body.strip().endsWith("}") || !found.find()) throw new UnsureException("the answer can't be read");
        return found.group(1);
    }
}
