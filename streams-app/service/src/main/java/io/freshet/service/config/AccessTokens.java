package io.freshet.service.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.config.validation.TokenValidator;
import io.freshet.store.format.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The bearer tokens that a server accepts, with the scopes of each. Keeps digests only. Immutable.
 *
 * <p>As text, each line is a token, optionally followed by white space and scopes with commas between them; a token without
 * scopes has all. Blank lines and lines that start with {@code #} are ignored.
 */
public final class AccessTokens {
    /** No tokens: every request may do everything. */
    public static final AccessTokens NONE = new AccessTokens(List.of());

    private static final Set<Scope> EVERY_SCOPE = Set.copyOf(EnumSet.allOf(Scope.class));

    /** A kind of request that a token permits. */
    public enum Scope {
        /** Read recommendations, sequences, the model and the page. */
        READ,
        /** Send clicks. */
        CLICK,
        /** Erase users, and choose the model that is served. */
        ADMIN,
        /** Read the metrics. */
        METRICS;

        /** Returns the scope as it is written in the file and in answers. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The permissions of a request with a token.
     *
     * @param client identifies the token without revealing it
     */
    public record Grant(String client, Set<Scope> scopes) {}

    private final List<Token> tokens;

    @SuppressWarnings("ArrayRecordComponent") // never compared as a record
    private record Token(byte[] digest, Grant grant) {}

    private AccessTokens(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    /** Returns one token with every scope; no tokens if the text is empty. */
    public static AccessTokens single(String token) {
        return token.isEmpty() ? NONE : new AccessTokens(List.of(token(token, EVERY_SCOPE)));
    }

    /**
     * Parses the text of a token file.
     *
     * @throws ConfigException if a line is not a token, a scope is unknown, a token is repeated, or there is none; the
     *     message contains no token
     */
    public static AccessTokens parse(String text) {
        List<Token> tokens = new ArrayList<>();
        List<String> lines = text.lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isEmpty() && !line.startsWith("#")) {
                Token token = parseLine(line, i + 1);
                if (tokens.stream().anyMatch(known -> MessageDigest.isEqual(known.digest, token.digest))) {
                    throw new ConfigException("Each token must occur once only: repeated in line=" + (i + 1));
                }
                tokens.add(token);
            }
        }
        if (tokens.isEmpty()) {
            throw new ConfigException("There must be at least one token: lines=" + lines.size());
        }
        return new AccessTokens(tokens);
    }

    private static Token parseLine(String line, int number) {
        String[] parts = line.split("\\s+", 2);
        new TokenValidator().ensureValid("The token in line " + number, parts[0]);
        return token(parts[0], parts.length == 1 ? EVERY_SCOPE : parseScopes(parts[1], number));
    }

    private static Set<Scope> parseScopes(String text, int number) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String code : text.split("[\\s,]+", -1)) {
            scopes.add(EVERY_SCOPE.stream()
                    .filter(scope -> scope.code().equals(code))
                    .findFirst()
                    .orElseThrow(() -> new ConfigException(
                            "A token may be followed only by scopes out of read, click, admin and metrics: line="
                                    + number)));
        }
        return Set.copyOf(scopes);
    }

    private static Token token(String token, Set<Scope> scopes) {
        byte[] digest = sha256(token.getBytes(UTF_8));
        return new Token(digest, new Grant("token " + Integer.toHexString(Arrays.hashCode(digest)), scopes));
    }

    /** Returns the number of tokens; 0 means that requests need none. */
    public int size() {
        return tokens.size();
    }

    /** Returns the permissions of a token; null if the token is unknown. Takes the same time for every input. */
    public @Nullable Grant grantOf(byte[] token) {
        byte[] digest = sha256(token);
        Grant found = null;
        for (Token known : tokens) {
            // Compares with all tokens, so that the time does not reveal which one matched.
            if (MessageDigest.isEqual(known.digest, digest)) {
                found = known.grant;
            }
        }
        return found;
    }

    private static byte[] sha256(byte[] bytes) {
        return Sha256.begin().digest(bytes);
    }
}
