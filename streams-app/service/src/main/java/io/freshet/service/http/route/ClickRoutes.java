package io.freshet.service.http.route;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.freshet.client.click.Click;
import io.freshet.service.config.AccessTokens.Scope;
import io.freshet.service.contract.PublicTopics;
import io.freshet.service.http.exchange.ClickRefusals;
import io.freshet.service.http.exchange.Json;
import io.freshet.service.http.exchange.Operation;
import io.freshet.service.http.exchange.Operation.Tag;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.http.exchange.RequestBody;
import io.freshet.service.http.exchange.Route;
import io.freshet.service.json.MaxItems;
import io.freshet.service.json.Schema;
import io.freshet.service.sequencer.ClickRules;
import io.freshet.service.telemetry.TraceHeaders;
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

    private record ClickReport(
            int accepted,

            @JsonPropertyDescription(
                    "Number of refused clicks, including those that are not in `errors`. Clicks with an"
                            + " `event_id` may all be sent again: accepted ones are not counted twice.")
            int refused,

            @MaxItems(ClickRefusals.MOST_NAMED) @JsonPropertyDescription("The first of the refused clicks.")
            List<ClickRefusals.Refusal> errors) {}

    public List<Route> routes() {
        Operation operation = new Operation("click", Tag.CLICKS, "Send one or more clicks")
                .description("The answer comes when all required replicas have the clicks, or after"
                        + " `http.clicks.timeout.ms`. A refused click does not affect the others.")
                .body(Schema.oneOf(
                        PublicTopics.CLICK,
                        PublicTopics.CLICK
                                .list()
                                .with("minItems", 1)
                                .with("maxItems", mostClicks)
                                .described("At most `http.max.clicks`.")))
                .answers(ALL, "All clicks are in Kafka.", ClickReport.class)
                .answers(
                        SOME,
                        "Some clicks are in Kafka. `refused` is the number of those that are not; `errors` has the first"
                                + " of them, with reasons.",
                        ClickReport.class);
        return List.of(Route.post("/v1/clicks", Scope.CLICK, operation, this::take));
    }

    private void take(Context context) throws IOException {
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
        ClickReport report = new ClickReport(accepted, refusals.count(), refusals.errors());
        Json.answer(context, report.refused == 0 ? ALL : SOME, report);
    }
}
