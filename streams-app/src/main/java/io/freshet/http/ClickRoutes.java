package io.freshet.http;

import io.freshet.event.Click;
import io.freshet.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
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
    private final Duration futureBound;
    private final InstantSource clock;

    /** @param futureBound by how much a click may be timed later than now */
    ClickRoutes(ClickProducer producer, RequestBody bodies, Duration futureBound, InstantSource clock) {
        this.producer = producer;
        this.bodies = bodies;
        this.futureBound = futureBound;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(Route.post("/v1/clicks", this::take));
    }

    private void take(Context context) throws IOException {
        QueryParameters.requireNone(context);
        ClickBatch batch = ClickBatch.parse(bodies.read(context), clock.millis(), futureBound.toMillis());
        if (batch.isEmpty()) {
            throw new ProblemException(ProblemType.INVALID_REQUEST, "the array must have a click at least");
        }
        List<ClickRefusal> refusals = new ArrayList<>(batch.refusals());
        refusals.addAll(send(batch, TraceHeaders.of(context::header)));
        refusals.sort(Comparator.comparingInt(ClickRefusal::index));
        answer(context, batch.clicks().size() + batch.refusals().size() - refusals.size(), refusals);
    }

    private List<ClickRefusal> send(ClickBatch batch, Map<String, String> trace) {
        List<Click> clicks = batch.clicks();
        List<Optional<String>> failures = producer.send(clicks, trace);
        List<ClickRefusal> refusals = new ArrayList<>();
        for (int i = 0; i < clicks.size(); i++) {
            int index = batch.indexes().get(i);
            failures.get(i)
                    .ifPresent(why -> refusals.add(new ClickRefusal(index, ClickRefusal.KAFKA_UNAVAILABLE, why)));
        }
        if (!refusals.isEmpty()) {
            LOG.warn(
                    "Kafka did not take {} of {} clicks: {}",
                    refusals.size(),
                    clicks.size(),
                    refusals.getFirst().detail());
        }
        return refusals;
    }

    private static void answer(Context context, int accepted, List<ClickRefusal> refusals) {
        if (accepted == 0) {
            boolean isKafkas = refusals.stream().anyMatch(ClickRefusal::isKafkas);
            throw new ProblemException(
                    isKafkas ? ProblemType.KAFKA_UNAVAILABLE : ProblemType.INVALID_REQUEST,
                    "no click was accepted: " + refusals.getFirst().detail(),
                    isKafkas ? Map.of("Retry-After", "5") : Map.of(),
                    refusals);
        }
        Json.answer(context, refusals.isEmpty() ? ALL : SOME, json -> {
            json.writeNumberField("accepted", accepted);
            json.writeNumberField("refused", refusals.size());
            ClickRefusal.writeAll(json, refusals);
        });
    }
}
