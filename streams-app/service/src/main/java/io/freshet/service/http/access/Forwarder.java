package io.freshet.service.http.access;

import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards a request unchanged to another instance of this application, and returns its answer. An instance does not
 * forward a request that was forwarded to it. If this instance uses TLS, the others must use it too. Thread-safe.
 */
public final class Forwarder implements AutoCloseable {
    /** Header of a request that an instance has forwarded. */
    public static final String FORWARDED = "Freshet-Forwarded";

    /** Header of an answer from another instance, with that instance's address. */
    public static final String ANSWERED_BY = "Freshet-Answered-By";

    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);
    private static final List<String> PASSED_ON = List.of(
            "Authorization",
            "Content-Type",
            "Accept",
            "Sec-Fetch-Site",
            TraceHeaders.TRACEPARENT,
            TraceHeaders.TRACESTATE,
            TraceHeaders.BAGGAGE);
    private static final List<String> PASSED_BACK = List.of("Content-Type", "Retry-After", "WWW-Authenticate");

    private static final int UNAVAILABLE = 503;

    private final Duration timeout;
    private volatile HttpClient client;
    private volatile boolean isEncrypted;

    /** @param timeout maximum time to wait for an answer */
    public Forwarder(Duration timeout) {
        this.timeout = timeout;
        client = builder().build();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
    }

    /** Uses TLS from now on, with the identity's trusted certificates. Requests in flight are not affected. */
    public void use(TlsIdentity identity) {
        HttpClient former = client;
        client = builder().sslContext(identity.clientContext()).build();
        isEncrypted = true;
        former.shutdown();
    }

    public static boolean wasForwarded(Context context) {
        return context.header(FORWARDED) != null;
    }

    /**
     * Forwards the request and answers with the other instance's answer. Returns false, without answering, if the other
     * instance does not answer, or answers 503.
     *
     * @param body request body, which has already been read; empty for none
     */
    public boolean forward(Context context, byte[] body, HostInfo to) {
        try {
            HttpResponse<byte[]> answer = client.send(request(context, body, to), BodyHandlers.ofByteArray());
            if (answer.statusCode() == UNAVAILABLE) {
                LOG.info("{}:{} cannot answer {} now", to.host(), to.port(), context.path());
                return false;
            }
            for (String name : PASSED_BACK) {
                answer.headers().firstValue(name).ifPresent(value -> context.header(name, value));
            }
            context.header(ANSWERED_BY, to.host() + ":" + to.port());
            context.status(answer.statusCode()).result(answer.body());
            return true;
        } catch (IOException e) {
            LOG.info("{}:{} did not answer {}: {}", to.host(), to.port(), context.path(), e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private HttpRequest request(Context context, byte[] body, HostInfo to) {
        String query = context.queryString();
        String address = (isEncrypted ? "https://" : "http://") + to.host() + ":" + to.port() + context.path()
                + (query == null ? "" : "?" + query);
        BodyPublisher publisher = body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(address))
                .timeout(timeout)
                .method(context.req().getMethod(), publisher)
                .header(FORWARDED, "1")
                .header(RequestIds.HEADER, RequestIds.of(context));
        for (String name : PASSED_ON) {
            String value = context.header(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        return request.build();
    }

    private static URI uri(String address) {
        try {
            return URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemType.INVALID_REQUEST, "the address must be a valid URI: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
