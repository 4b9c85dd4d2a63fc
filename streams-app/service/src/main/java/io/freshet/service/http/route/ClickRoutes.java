package io.freshet.service.http.route;

import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.http.exchange.ClickRefusals;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.QueryParameters;
import io.freshet.service.http.exchange.RequestBody;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.sequencer.ClickRules;
import io.freshet.service.telemetry.TraceHeaders;
import io.freshet.store.event.Click;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes for clicks. An accepted click is in Kafka and is valid for the sequencer ({@link ClickRules}). An invalid click
 * does not affect the others in its request.
 */
public final class ClickRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(ClickRoutes.class);
    private static final int ALL = 202;
    private static final int SOME = 207;

    private final ClickProducer producer;
    private final RequestBody bodies;
    private final int mostClicks;
    private final ClickRules rules;
    private final InstantSource clock;

    /**
     * @param mostClicks maximum number of clicks in a request
     * @param rules rules of the sequencer
     */
    public ClickRoutes(
            ClickProducer producer, RequestBody bodies, int mostClicks, ClickRules rules, InstantSource clock) {
        this.producer = producer;
        this.bodies = bodies;
        this.mostClicks = mostClicks;
        this.rules = rules;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(Route.post("/v1/clicks", Scope.CLICK, this::take));
    }

    private void take(Context context) throws IOException {
        QueryParameters.requireNone(context);
        ClickBatch batch = ClickBatch.parse(bodies.read(context), mostClicks, clock.millis(), rules);
        if (batch.isEmpty()) {
            throw new ProblemException(ProblemType.INVALID_REQUEST, "the array must have at least one click");
        }
        int accepted = send(batch, TraceHeaders.of(context::header));
        answer(context, accepted, batch.refusals());
    }

    /**
     * Sends the valid clicks and adds those that Kafka has not acknowledged to the refusals. Returns the number
     * acknowledged.
     */
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
