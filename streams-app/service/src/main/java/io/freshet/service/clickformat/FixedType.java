package io.freshet.service.clickformat;

import io.freshet.client.click.Click;
import io.freshet.client.click.MalformedClickException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A format whose clicks all have one event type, in place of that of their record. It needs schemas if the other format
 * does. Immutable.
 *
 * @param type a valid event type
 */
record FixedType(ClickFormat format, String type) implements SchemaClickFormat {
    @Override
    public @Nullable Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        Click click = format.read(value, headers);
        return click == null
                ? null
                : new Click(click.userId(), click.itemId(), click.timestampMs(), type, click.eventId());
    }

    @Override
    public boolean isReady(byte @Nullable [] value, Headers headers) {
        return !(format instanceof SchemaClickFormat withSchemas) || withSchemas.isReady(value, headers);
    }

    @Override
    public boolean erasesUser(Headers headers) {
        return format.erasesUser(headers);
    }
}
