package io.freshet.http;

import io.freshet.telemetry.TraceHeaders;
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
 * Passes a request on to another instance of this application, as it came, and its answer back. An instance does not pass on
 * a request that was passed on to it. Where this instance speaks TLS, the others must. Thread-safe.
 */
final class Forwarder implements AutoCloseable {
    /** Header of a request that an instance has passed on. */
    static final String FORWARDED = "Freshet-Forwarded";

    /** Header of an answer that another instance has given: its address. */
    static final String ANSWERED_BY = "Freshet-Answered-By";

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

    /** @param timeout the longest wait for an answer */
    Forwarder(Duration timeout) {
        this.timeout = timeout;
        client = builder().build();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .executor(Executors.newVirtualThreadPerTaskExecutor());
    }

    /** Speaks TLS from now on, and trusts what the identity trusts. Requests on their way end as they began. */
    void use(TlsIdentity identity) {
        HttpClient former = client;
        client = builder().sslContext(identity.clientContext()).build();
        isEncrypted = true;
        former.shutdown();
    }

    static boolean wasForwarded(Context context) {
        return context.header(FORWARDED) != null;
    }

    /**
     * Answers with what the other instance answers; false, and no answer, where it does not.
     *
     * @param body the request's, which has been read; empty for none
     */
    boolean forward(Context context, byte[] body, HostInfo to) {
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
            throw new ProblemException(ProblemType.INVALID_REQUEST, "the address must be one: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
