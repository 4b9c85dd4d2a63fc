package io.freshet.app.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An identity provider on the loopback address. It issues tokens, signed with RS256, to one client by OAuth's client
 * credentials grant, and publishes the key with which brokers verify them.
 */
final class TokenIssuer implements AutoCloseable {
    static final String CLIENT = "freshet";
    static final String SECRET = "not a secret";
    static final String AUDIENCE = "kafka";

    private static final String KEY_ID = "key-1";
    private static final int KEY_BITS = 2048;
    private static final int LIFETIME_S = 3_600;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final KeyPair keys;
    private final AtomicInteger refusals = new AtomicInteger();

    private TokenIssuer(HttpServer server, KeyPair keys) {
        this.server = server;
        this.keys = keys;
    }

    static TokenIssuer start() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        TokenIssuer issuer = new TokenIssuer(server, generator.generateKeyPair());
        server.createContext("/token", issuer::answerTokenRequest);
        server.createContext("/jwks", issuer::answerKeyRequest);
        server.start();
        return issuer;
    }

    /** Returns the name of the issuer in its tokens. */
    String name() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    String tokenUrl() {
        return name() + "/token";
    }

    String keysUrl() {
        return name() + "/jwks";
    }

    /** Returns the number of requests that were not those of the client. */
    int refusals() {
        return refusals.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answerTokenRequest(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        if (!isTheClient(exchange.getRequestHeaders().getFirst("Authorization"))
                || !body.contains("grant_type=client_credentials")) {
            refusals.incrementAndGet();
            answer(exchange, 401, Map.of("error", "invalid_client"));
            return;
        }
        try {
            answer(exchange, 200, Map.of("access_token", token(), "token_type", "Bearer", "expires_in", LIFETIME_S));
        } catch (GeneralSecurityException e) {
            throw new IOException("The token must be signed", e);
        }
    }

    private void answerKeyRequest(HttpExchange exchange) throws IOException {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        Map<String, String> published = Map.of(
                "kty",
                "RSA",
                "use",
                "sig",
                "alg",
                "RS256",
                "kid",
                KEY_ID,
                "n",
                encoded(unsigned(key.getModulus().toByteArray())),
                "e",
                encoded(unsigned(key.getPublicExponent().toByteArray())));
        answer(exchange, 200, Map.of("keys", List.of(published)));
    }

    private static boolean isTheClient(@Nullable String authorization) {
        String expected = Base64.getEncoder().encodeToString((CLIENT + ":" + SECRET).getBytes(UTF_8));
        return ("Basic " + expected).equals(authorization);
    }

    private String token() throws IOException, GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> header = Map.of("alg", "RS256", "typ", "JWT", "kid", KEY_ID);
        Map<String, Object> claims = Map.of(
                "iss", name(), "sub", CLIENT, "aud", AUDIENCE, "scope", "kafka", "iat", now, "exp", now + LIFETIME_S);
        String signed = encoded(JSON.writeValueAsBytes(header)) + "." + encoded(JSON.writeValueAsBytes(claims));
        return signed + "." + encoded(signature(keys.getPrivate(), signed));
    }

    private static byte[] signature(PrivateKey key, String text) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key);
        signature.update(text.getBytes(UTF_8));
        return signature.sign();
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Removes the byte that holds only the sign. */
    private static byte[] unsigned(byte[] number) {
        return number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number;
    }

    private static void answer(HttpExchange exchange, int status, Map<String, ?> json) throws IOException {
        byte[] body = JSON.writeValueAsBytes(json);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
