package io.freshet.service.config.key;

import io.freshet.service.config.validation.TokenValidator;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;

/** Keys of the health check and of the HTTP server. */
public final class HttpKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Duration> HEALTH_STALL = KEYS.millis("health.stall.ms", Duration.ofMinutes(5))
            .atLeast(1_000)
            .doc("How long a loop of a role may make no progress. After that `/health/live` fails and names the loop."
                    + " Set it longer than a snapshot takes to read.");
    public static final ConfigKey<Integer> PORT = KEYS.integer("http.port", 0)
            .between(0, 65_535)
            .doc("Port of the HTTP API and the page; 0 for none. `demo` uses 8080 or the next free port.");
    public static final ConfigKey<String> HOST = KEYS.text("http.host", "127.0.0.1")
            .requires(new ConfigDef.NonEmptyString())
            .doc("Address that the HTTP server listens on; `0.0.0.0` for all addresses of this machine.");
    public static final ConfigKey<String> ADVERTISED = KEYS.text("http.advertised", "")
            .as(TextForms::hostAndPort)
            .doc("host:port at which other instances reach this one, to forward requests about users that it holds."
                    + " If empty, `http.host` and `http.port`, provided that `http.host` is a single address.");
    public static final ConfigKey<List<String>> HOSTS = KEYS.text("http.hosts", "")
            .as(TextForms::hostNames)
            .doc("Names that clients may use for this server in addition to `localhost`, IP addresses, `http.host`"
                    + " and `http.advertised`: names separated by commas, `*.example.com` for every name with"
                    + " this ending, `*` for any name. A request for another name gets 421, so that a page of"
                    + " another site cannot reach the API by DNS rebinding. `/health` answers under every"
                    + " name.");
    public static final ConfigKey<String> TOKEN = KEYS.text("http.token", "")
            .requires(new TokenValidator())
            .doc("Bearer token with all scopes, which all requests except those for `/health` must carry; empty for"
                    + " none.");
    public static final ConfigKey<String> TOKEN_FILE = KEYS.text("http.token.file", "")
            .doc("File of bearer tokens, instead of `http.token`. Each line is a token, optionally followed by a"
                    + " space and its scopes, separated by commas: `read`, `click`, `admin`, `metrics`; a"
                    + " token without scopes has all. Blank lines and lines that start with `#` are ignored."
                    + " The file is read again when it changes. A mistake in it prevents the start; later, it"
                    + " is reported and the previous tokens stay in use.");
    public static final ConfigKey<String> TLS_CERTIFICATE = KEYS.text("http.tls.certificate", "")
            .doc("PEM file with the server's certificate, followed by the rest of its chain; with `http.tls.key`"
                    + " the server speaks TLS only. Both files are read again when they change. A mistake in"
                    + " them prevents the start; later, it is reported and the previous certificate stays in"
                    + " use.");
    public static final ConfigKey<String> TLS_KEY = KEYS.text("http.tls.key", "")
            .doc("PEM file with the certificate's private key, not encrypted, in PKCS #8 or in OpenSSL's formats"
                    + " for RSA and EC keys.");
    public static final ConfigKey<String> TLS_TRUSTED = KEYS.text("http.tls.trusted", "")
            .doc("PEM file with the certificates to trust when this instance forwards a request to another one over"
                    + " TLS; if empty, those that the JVM trusts.");
    public static final ConfigKey<Integer> MAX_BODY_BYTES = KEYS.integer("http.max.body.bytes", 1_048_576, "bytes")
            .between(1_024, 1 << 30)
            .doc("The longest request body that is accepted; a longer one gets 413.");
    public static final ConfigKey<Integer> MAX_CLICKS = KEYS.integer("http.max.clicks", 5_000, "clicks")
            .between(1, 1_000_000)
            .doc("The most clicks in one request; a longer array gets 413, and none of its clicks is accepted.");
    public static final ConfigKey<Integer> MAX_CONNECTIONS = KEYS.integer("http.max.connections", 0, "connections")
            .between(0, 1_000_000)
            .doc("The most connections that are served at once. Further ones get 503, and connections that are idle"
                    + " for two seconds are closed until there is room. At most half of the process's file"
                    + " descriptors (`ulimit -n`); 0 for half of those that are free at the start, at most"
                    + " 4,096.");
    public static final ConfigKey<Integer> MAX_REQUEST_RATE = KEYS.integer("http.max.request.rate", 0, "requests/s")
            .between(0, 1_000_000)
            .doc("The most requests of one client that an instance answers per second, on average and in a burst."
                    + " Further ones get 429 with `Retry-After`. A client is a token, or an IP address if"
                    + " there is no token. `/health` is not limited. 0 for no limit.");
    public static final ConfigKey<Duration> CLICKS_TIMEOUT = KEYS.millis(
                    "http.clicks.timeout.ms", Duration.ofSeconds(10))
            .atLeast(100)
            .doc("The longest time that a request with clicks waits for Kafka. Clicks that Kafka has not"
                    + " acknowledged by then are reported as refused, although Kafka may still accept them.");
    public static final ConfigKey<Duration> FORWARD_TIMEOUT = KEYS.millis(
                    "http.forward.timeout.ms", Duration.ofSeconds(2))
            .atLeast(1)
            .doc("The longest wait for the instance to which a request is forwarded.");
    public static final ConfigKey<Boolean> STALE_READS = KEYS.flag("http.stale.reads", false)
            .doc("Whether a user's sequence may be read from a standby copy while the instance that holds it is"
                    + " unavailable. `kafka.num.standby.replicas=1` creates such copies.");

    private HttpKeys() {}
}
