package io.freshet.http;

import io.freshet.config.AccessTokens.Scope;
import io.freshet.event.Click;
import io.freshet.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clicks over HTTP: in Kafka before the answer says so, and none of them lost because of another. */
final class ClickRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(ClickRoutes.class);
    private static final int ALL = 202;
    private static final int SOME = 207;

    private final ClickProducer producer;
    private final RequestBody bodies;
    private final int mostClicks;
    private final Duration futureBound;
    private final InstantSource clock;

    /**
     * @param mostClicks the most of one request
     * @param futureBound by how much a click may be timed later than now
     */
    ClickRoutes(ClickProducer producer, RequestBody bodies, int mostClicks, Duration futureBound, InstantSource clock) {
        this.producer = producer;
        this.bodies = bodies;
        this.mostClicks = mostClicks;
        this.futureBound = futureBound;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(Route.post("/v1/clicks", Scope.CLICK, this::take));
    }

    private void take(Context context) throws IOException {
        QueryParameters.requireNone(context);
        ClickBatch batch = ClickBatch.parse(bodies.read(context), mostClicks, clock.millis(), futureBound.toMillis());
        if (batch.isEmpty()) {
            throw new ProblemException(ProblemType.INVALID_REQUEST, "the array must have at least one click");
        }
        int accepted = send(batch, TraceHeaders.of(context::header));
        answer(context, accepted, batch.refusals());
    }

    /** Sends the valid clicks, and adds those that Kafka has not acknowledged to the refused ones; how many it has. */
    private int send(ClickBatch batch, Map<String, String> trace) {
        List<Click> clicks = batch.clicks();
        List<Optional<String>> failures = producer.send(clicks, trace);
        int accepted = 0;
        for (int i = 0; i < clicks.size(); i++) {
            Optional<String> failure = failures.get(i);
            if (failure.isPresent()) {
                batch.refusals().addOfKafka(batch.indexes().get(i), failure.get());
            } else {
                accepted++;
            }
        }
        if (accepted < clicks.size()) {
            LOG.warn(
                    "Kafka did not acknowledge {} of {} clicks: {}",
                    clicks.size() - accepted,
                    clicks.size(),
                    failures.stream().flatMap(Optional::stream).findFirst().orElse(""));
        }
        return accepted;
    }

    private static void answer(Context context, int accepted, ClickRefusals refusals) {
        if (accepted == 0) {
            boolean isKafkas = refusals.hasOfKafka();
            throw new ProblemException(
                    isKafkas ? ProblemType.KAFKA_UNAVAILABLE : ProblemType.INVALID_REQUEST,
                    "no click was accepted: " + refusals.firstDetail(),
                    isKafkas ? Map.of("Retry-After", "5") : Map.of(),
                    refusals);
        }
        Json.answer(context, refusals.count() == 0 ? ALL : SOME, json -> {
            json.writeNumberField("accepted", accepted);
            refusals.write(json);
        });
    }
}
