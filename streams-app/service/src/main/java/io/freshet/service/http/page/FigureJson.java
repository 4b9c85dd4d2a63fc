package io.freshet.service.http.page;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.training.metrics.Accuracy;
import java.io.IOException;

/** Writes figures in the format that the page reads. */
public final class FigureJson {
    private FigureJson() {}

    public static void writeAccuracy(JsonGenerator json, String name, Accuracy accuracy) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("events", accuracy.events());
        json.writeNumberField("hr", accuracy.hr());
        json.writeNumberField("ndcg", accuracy.ndcg());
        json.writeNumberField("mrr", accuracy.mrr());
        json.writeEndObject();
    }
}
