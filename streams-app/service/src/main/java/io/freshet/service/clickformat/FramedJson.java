package io.freshet.service.clickformat;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * JSON with the id of a JSON Schema, which the producer has checked it against. The schema is not needed to read the record,
 * so the registry is not asked. Immutable.
 */
final class FramedJson implements ClickFormat {
    private final Framing framing;
    private final TimeUnit timeUnit;
    private final Map<Field, String> names;
    private final PathTree tree;

    /** @throws IllegalArgumentException if a path leads into the value of another */
    FramedJson(Framing framing, FieldMap map) {
        this.framing = framing;
        timeUnit = map.timeUnit();
        names = map.names();
        tree = map.tree();
    }

    @Override
    public @Nullable Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        if (value == null) {
            return null;
        }
        JsonReading.requireLength(value);
        framing.schemaOf(value, headers);
        ClickBuilder click = new ClickBuilder(names, timeUnit);
        new JsonReading(click).read(value, framing.dataStart(), tree);
        return click.build();
    }

    @Override
    public boolean erasesUser(Headers headers) {
        return true;
    }
}
