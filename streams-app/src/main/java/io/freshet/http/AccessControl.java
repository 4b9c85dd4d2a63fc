package io.freshet.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.Context;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask: where a token is set, those who bring it, for everything but the health of this instance; and a page of
 * another site never changes anything, since a browser would send its user's requests from inside a network.
 *
 * <p>The token comes as {@code Authorization: Bearer}, or as the password of {@code Basic}, which is how a browser
 * brings it: the page and its requests then need no token of their own. It is compared in constant time, by its digest,
 * so that not even its length shows.
 *
 * <p>Sources: RFC 6750, RFC 7617; the check of the site is that of Go's {@code http.CrossOriginProtection}.
 */
final class AccessControl {
    static final Set<String> OPEN = Set.of("/health/live", "/health/ready");

    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";
    private static final String BEARER_CHALLENGE = "Bearer realm=\"freshet\"";
    private static final String BASIC_CHALLENGE = "Basic realm=\"freshet\", charset=\"UTF-8\"";
    private static final Set<String> CHANGES_NOTHING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_PAGE = Set.of("same-origin", "none");

    private final byte @Nullable [] digest;

    /** @param token empty for none */
    AccessControl(String token) {
        digest = token.isEmpty() ? null : sha256(token.getBytes(UTF_8));
    }

    /** Lets the request pass, or throws. */
    void check(Context context) {
        if (digest != null && !OPEN.contains(context.path()) && !bringsToken(context, digest)) {
            throw new ProblemException(
                    ProblemType.UNAUTHORIZED,
                    "Authorization must be Bearer with this server's token",
                    Map.of("WWW-Authenticate", challenge(context)),
                    List.of());
        }
        if (!CHANGES_NOTHING.contains(context.req().getMethod()) && isOfAnotherSite(context)) {
            throw new ProblemException(
                    ProblemType.CROSS_ORIGIN,
                    "only this server's own page may send it: Origin=" + context.header("Origin"));
        }
    }

    private static boolean bringsToken(Context context, byte[] digest) {
        String header = context.header("Authorization");
        byte[] brought = header == null ? new byte[0] : tokenIn(header);
        return MessageDigest.isEqual(digest, sha256(brought));
    }

    private static byte[] tokenIn(String header) {
        String scheme = header.substring(0, header.indexOf(' ') + 1).toLowerCase(Locale.ROOT);
        String credentials = header.substring(scheme.length()).strip();
        return switch (scheme) {
            case BEARER -> credentials.getBytes(UTF_8);
            case BASIC -> passwordIn(credentials);
            default -> new byte[0];
        };
    }

    private static byte[] passwordIn(String credentials) {
        try {
            String pair = new String(Base64.getDecoder().decode(credentials), UTF_8);
            return pair.substring(pair.indexOf(':') + 1).getBytes(UTF_8);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** A browser that goes to the page asks its person; one that runs the page's script must not. */
    private static String challenge(Context context) {
        String accept = context.header("Accept");
        boolean isPerson = accept != null && accept.contains("text/html");
        return isPerson ? BASIC_CHALLENGE + ", " + BEARER_CHALLENGE : BEARER_CHALLENGE;
    }

    private static boolean isOfAnotherSite(Context context) {
        String site = context.header("Sec-Fetch-Site");
        if (site != null) {
            return !OWN_PAGE.contains(site);
        }
        String origin = context.header("Origin");
        return origin != null && !origin.substring(origin.indexOf("//") + 1).equals("/" + context.host());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
