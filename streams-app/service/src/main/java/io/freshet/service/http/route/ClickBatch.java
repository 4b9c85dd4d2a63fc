package io.freshet.service.http.route;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import io.freshet.service.http.exchange.ClickRefusals;
import io.freshet.service.http.exchange.ProblemException;
import io.freshet.service.http.exchange.ProblemType;
import io.freshet.service.sequencer.ClickRules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Clicks of a request body, which is one object or an array of them, checked by the rules for clicks that arrive now
 * ({@link ClickRules#ofNow}).
 *
 * @param clicks clicks that the sequencer would keep, in order
 * @param indexes (clicks) index of each click in the body
 * @param refusals the other clicks
 */
record ClickBatch(List<Click> clicks, List<Integer> indexes, ClickRefusals refusals) {
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /**
     * Parses a body.
     *
     * @param mostClicks maximum length of the array
     * @param nowMs approximate timestamp of the clicks' Kafka records
     * @param rules rules of the sequencer
     * @throws ProblemException if the body is neither an object nor an array, or the array is too long
     */
    static ClickBatch parse(byte[] body, int mostClicks, long nowMs, ClickRules rules) {
        Reading reading = new Reading(body, nowMs, rules);
        try (JsonParser parser = JSON.createParser(body)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                reading.read(parser);
            } else if (first == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (reading.index == mostClicks) {
                        throw tooMany(mostClicks);
                    }
                    reading.read(parser);
                }
            } else {
                throw invalid("it is " + (first == null ? "blank" : first));
            }
            if (parser.nextToken() != null) {
                throw invalid(parser.currentToken() + " follows it");
            }
        } catch (IOException e) {
            throw invalid("it is not JSON in UTF-8");
        }
        return new ClickBatch(reading.clicks, reading.indexes, reading.refusals);
    }

    private static ProblemException invalid(String found) {
        return new ProblemException(
                ProblemType.INVALID_REQUEST, "the body must be a click, or an array of clicks: " + found);
    }

    private static ProblemException tooMany(int mostClicks) {
        return new ProblemException(
                ProblemType.TOO_LARGE,
                "an array must have at most " + mostClicks
                        + " clicks (http.max.clicks): no click of this array is accepted; send several requests");
    }

    boolean isEmpty() {
        return clicks.isEmpty() && refusals.count() == 0;
    }

    private static final class Reading {
        private final byte[] body;
        private final long nowMs;
        private final ClickRules rules;
        private final List<Click> clicks = new ArrayList<>();
        private final List<Integer> indexes = new ArrayList<>();
        private final ClickRefusals refusals = new ClickRefusals();
        private int index;

        Reading(byte[] body, long nowMs, ClickRules rules) {
            this.body = body;
            this.nowMs = nowMs;
            this.rules = rules;
        }

        /** Reads the value that starts at the parser's current token. */
        void read(JsonParser parser) throws IOException {
            JsonToken token = parser.currentToken();
            long start = parser.currentTokenLocation().getByteOffset();
            parser.skipChildren();
            if (token != JsonToken.START_OBJECT) {
                refuse(
                        MalformedClickException.Reason.NOT_AN_OBJECT.code(),
                        "record must be a JSON object: it is " + token);
            } else if (start < 0) {
                throw invalid("it is not in UTF-8");
            } else {
                take(Arrays.copyOfRange(
                        body, (int) start, (int) parser.currentLocation().getByteOffset()));
            }
            index++;
        }

        private void take(byte[] json) {
            try {
                Click click = ClickCodec.parse(json);
                ClickRules.Refusal refusal = rules.ofNow(click, nowMs);
                if (refusal != null) {
                    refuse(refusal.reason(), refusal.detail());
                    return;
                }
                clicks.add(click);
                indexes.add(index);
            } catch (MalformedClickException e) {
                refuse(e.reason().code(), String.valueOf(e.getMessage()));
            }
        }

        private void refuse(String reason, String detail) {
            refusals.add(index, reason, detail);
        }
    }
}
