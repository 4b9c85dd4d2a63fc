package io.freshet.service.clickformat;

import io.freshet.client.click.Click;
import io.freshet.client.click.MalformedClickException;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A format whose clicks all have one event type, in place of that of their record. Immutable.
 *
 * @param type a valid event type
 */
record FixedType(ClickFormat format, String type) implements ClickFormat {
    @Override
    public @Nullable Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        Click click = format.read(value, headers);
        return click == null
                ? null
                : new Click(click.userId(), click.itemId(), click.timestampMs(), type, click.eventId());
    }

    @Override
    public boolean erasesUser(Headers headers) {
        return format.erasesUser(headers);
    }
}
