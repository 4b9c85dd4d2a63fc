package io.freshet.service.http.page;

import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.training.metrics.Accuracy;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes {@link PageMetrics} in the format that the page reads. */
public final class FigureJson {
    private FigureJson() {}

    static void write(JsonGenerator json, long atMs, PageMetrics figures) throws IOException {
        json.writeNumberField("at", atMs);
        json.writeStringField("source", figures.source());
        json.writeStringField("status", figures.status());
        json.writeNumberField("clicks", figures.clicks());
        json.writeNumberField("clicks_per_second", figures.clicksPerSecond());
        json.writeNumberField("steps_per_second", figures.stepsPerSecond());
        writeModel(json, figures.model());
        json.writeObjectFieldStart("quality");
        for (Map.Entry<String, Accuracy> ranked : figures.quality().entrySet()) {
            writeAccuracy(json, ranked.getKey(), ranked.getValue());
        }
        json.writeEndObject();
        writeLatencies(json, "click_to_recommendation", figures.clickToRecommendation());
        writeLatencies(json, "click_to_model", figures.clickToModel());
        json.writeArrayFieldStart("users");
        for (String user : figures.users()) {
            json.writeString(user);
        }
        json.writeEndArray();
    }

    private static void writeModel(JsonGenerator json, PageMetrics.@Nullable Model model) throws IOException {
        if (model == null) {
            json.writeNullField("model");
            return;
        }
        json.writeObjectFieldStart("model");
        json.writeStringField("version", model.version());
        json.writeNumberField("step", model.step());
        json.writeNumberField("age_ms", model.ageMs());
        json.writeBooleanField("rolled_back", model.rolledBack());
        json.writeEndObject();
    }

    public static void writeAccuracy(JsonGenerator json, String name, Accuracy accuracy) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("events", accuracy.events());
        json.writeNumberField("hr", accuracy.hr());
        json.writeNumberField("ndcg", accuracy.ndcg());
        json.writeNumberField("mrr", accuracy.mrr());
        json.writeEndObject();
    }

    private static void writeLatencies(JsonGenerator json, String name, @Nullable Latencies latencies)
            throws IOException {
        if (latencies == null) {
            json.writeNullField(name);
            return;
        }
        json.writeObjectFieldStart(name);
        json.writeNumberField("p50_ms", latencies.p50Ms());
        json.writeNumberField("p99_ms", latencies.p99Ms());
        writeLongs(json, "edges_ms", Latencies.edgesMs());
        writeLongs(json, "counts", latencies.counts());
        json.writeEndObject();
    }

    private static void writeLongs(JsonGenerator json, String name, long[] values) throws IOException {
        json.writeFieldName(name);
        json.writeArray(values, 0, values.length);
    }
}
