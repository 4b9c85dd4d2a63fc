package io.freshet.service.http.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.config.AccessTokens;
import io.freshet.service.config.AccessTokens.Grant;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests are answered. A request must use a name of this server, stay within the rate limit, and carry a
 * token whose scope covers the route. A request that changes something must not come from another site's page. The health
 * endpoints are open to all. Thread-safe.
 *
 * <p>A token comes as {@code Authorization: Bearer}, or as the password of {@code Basic}. After the
 * prompt, a browser sends Basic with every request, so the page needs no code for tokens.
 *
 * <p>Sources: RFC 6750, RFC 7617; the cross-site check is that of Go's {@code http.CrossOriginProtection}.
 */
public final class AccessControl {
    static final Set<String> OPEN = Set.of("/health/live", "/health/ready");

    private static final String GRANT = "freshet.grant";
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";
    private static final String BEARER_CHALLENGE = "Bearer realm=\"freshet\"";
    private static final String BASIC_CHALLENGE = "Basic realm=\"freshet\", charset=\"UTF-8\"";
    private static final Set<String> CHANGES_NOTHING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_PAGE = Set.of("same-origin", "none");

    private final HostNames hosts;
    private final RateLimit rate;
    private final Supplier<AccessTokens> tokens;

    /** @param tokens supplies the currently valid tokens */
    public AccessControl(HostNames hosts, RateLimit rate, Supplier<AccessTokens> tokens) {
        this.hosts = hosts;
        this.rate = rate;
        this.tokens = tokens;
    }

    /** Checks everything but the scope, which depends on the route. Throws if the request is refused. */
    public void check(Context context) {
        if (!OPEN.contains(context.path())) {
            requireKnownHost(context);
            AccessTokens valid = tokens.get();
            Grant grant = valid.size() == 0 ? null : valid.grantOf(tokenOf(context));
            requireRate(context, valid, grant);
            if (valid.size() > 0) {
                requireToken(context, grant);
            }
        }
        if (!CHANGES_NOTHING.contains(context.req().getMethod()) && isOfAnotherSite(context)) {
            throw new ProblemException(
                    ProblemType.CROSS_ORIGIN,
                    "only this server's own page may send this request: Origin=" + context.header("Origin"));
        }
    }

    private void requireKnownHost(Context context) {
        String host = context.header("Host");
        if (host != null && !hosts.allow(host)) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_HOST,
                    "Host must be localhost, an IP address, or a name in http.host, http.advertised or http.hosts:"
                            + " Host="
                            + host);
        }
    }

    /**
     * Applies the rate limit. If clients are identified by address, a forwarded request is exempt: the instance that
     * forwarded it has already counted it.
     */
    private void requireRate(Context context, AccessTokens valid, @Nullable Grant grant) {
        if (grant == null && valid.size() == 0 && Forwarder.wasForwarded(context)) {
            return;
        }
        Duration wait = rate.take(grant == null ? context.ip() : grant.client());
        if (!wait.isZero()) {
            throw new ProblemException(
                    ProblemType.TOO_MANY_REQUESTS,
                    "a client may send at most http.max.request.rate requests a second",
                    Map.of("Retry-After", Long.toString(wait.plusMillis(999).toSeconds())));
        }
    }

    private static void requireToken(Context context, @Nullable Grant grant) {
        if (grant == null) {
            throw new ProblemException(
                    ProblemType.UNAUTHORIZED,
                    "Authorization must be Bearer with a token of this server, or Basic with such a token as the"
                            + " password",
                    Map.of("WWW-Authenticate", challenge(context)));
        }
        context.attribute(GRANT, grant);
    }

    /** Throws if the request's token does not have the scope of its route; a null scope is open to all. */
    public static void requireScope(Context context, @Nullable Scope scope) {
        Grant grant = context.attribute(GRANT);
        if (scope != null && grant != null && !grant.scopes().contains(scope)) {
            throw new ProblemException(
                    ProblemType.INSUFFICIENT_SCOPE,
                    "the token must have the scope " + scope.code() + ": scopes="
                            + grant.scopes().stream().map(Scope::code).sorted().toList(),
                    Map.of(
                            "WWW-Authenticate",
                            BEARER_CHALLENGE + ", error=\"insufficient_scope\", scope=\"" + scope.code() + "\""));
        }
    }

    private static byte[] tokenOf(Context context) {
        String header = context.header("Authorization");
        return header == null ? new byte[0] : tokenIn(header);
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

    /** Returns the part after the first colon. Credentials without a colon are invalid (RFC 7617). */
    private static byte[] passwordIn(String credentials) {
        try {
            String pair = new String(Base64.getDecoder().decode(credentials), UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? new byte[0] : pair.substring(colon + 1).getBytes(UTF_8);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /**
     * Returns a challenge that makes a browser ask its user for a password on navigation, but not on requests by a script.
     */
    private static String challenge(Context context) {
        String accept = context.header("Accept");
        boolean isNavigation = accept != null && accept.contains("text/html");
        return isNavigation ? BASIC_CHALLENGE + ", " + BEARER_CHALLENGE : BEARER_CHALLENGE;
    }

    private static boolean isOfAnotherSite(Context context) {
        String site = context.header("Sec-Fetch-Site");
        if (site != null) {
            return !OWN_PAGE.contains(site);
        }
        String origin = context.header("Origin");
        return origin != null && !origin.substring(origin.indexOf("//") + 1).equals("/" + context.host());
    }
}
