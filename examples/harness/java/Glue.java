import java.util.*;
import java.util.function.*;
import java.util.regex.*;

/** Speaks the client protocol of plugproof: one flat JSON object a line, on standard input and output. */
final class Glue {
    interface Press { String on(Map<String, String> ask) throws Exception; }
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,}]+))");
    private static final Scanner INPUT = new Scanner(System.in, "UTF-8");
    private static final java.io.PrintStream OUTPUT = System.out;

    static String quote(String text) {
        StringBuilder found = new StringBuilder("\"");
        for (char c : String.valueOf(text).toCharArray())
            found.append(c < ' ' || c == '"' || c == '\\' || c > '~' ? String.format("\\u%04x", (int) c) : c);
        return found.append('"').toString();
    }

    /** Wait: give this to the client in place of Thread.sleep, and time passes on the fake only. */
    static void sleep(double seconds) { OUTPUT.println("{\"sleep\":" + seconds + "}"); INPUT.nextLine(); }

    /** Answer until the input ends; `press` returns JSON: a handle for start, else a view. */
    static void speak(String buttons, Consumer<String> open, Press press, Function<Exception, String> kind) {
        System.setOut(System.err); // standard output is for the protocol
        while (INPUT.hasNextLine()) {
            Map<String, String> ask = new HashMap<>();
            Matcher field = FIELD.matcher(INPUT.nextLine());
            while (field.find()) ask.put(field.group(1), field.group(3) == null ? field.group(2).translateEscapes() : field.group(3));
            String what = ask.get("do");
            if (what.equals("open")) open.accept(ask.get("url"));
            if (what.equals("hello")) OUTPUT.println("{\"protocol\":1,\"email_at_start\":true,\"buttons\":" + buttons + "}");
            else if (what.equals("open") || what.equals("close")) OUTPUT.println("{\"done\":true}");
            else try {
                OUTPUT.println("{\"" + (what.equals("start") ? "session" : "view") + "\":" + press.on(ask) + "}");
            } catch (Exception error) {
                OUTPUT.println("{\"error\":" + quote(kind.apply(error)) + ",\"message\":" + quote(error.getMessage()) + ",\"at\":" + quote(error.getStackTrace()[0].toString()) + "}");
            }
        }
    }
}
