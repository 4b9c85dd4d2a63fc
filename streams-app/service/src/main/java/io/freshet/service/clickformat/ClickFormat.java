package io.freshet.service.clickformat;

import io.freshet.client.click.Click;
import io.freshet.client.click.MalformedClickException;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads clicks from the records of a topic of clicks. An implementation is a pure function of a record's value and
 * headers, and of the schema that they name. It is thread-safe and retains none of them.
 */
public interface ClickFormat {
    /** Freshet's own JSON, as {@link io.freshet.client.click.ClickCodec} writes it. */
    ClickFormat OWN = new OwnJson();

    /** Name of the header with which a producer says that a record is in Freshet's own JSON, whatever the configuration. */
    String HEADER = "freshet.format";

    /**
     * Reads a record.
     *
     * @param value the record's value; null only if {@link #erasesUser} is false for its headers
     * @return the click, or null if the record is in the format and announces no click, such as the deletion of a row
     * @throws MalformedClickException if the record is not a click in this format, with the reason. No other exception
     *     is thrown, whatever the record contains
     * @throws io.freshet.service.schema.RegistryAwayException if the record needs a schema that is not known yet, and the
     *     registry does not answer in time; see {@link SchemaClickFormat}
     */
    @Nullable
    Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException;

    /** Returns whether a record with these headers and without a value asks to erase the user that is its key. */
    boolean erasesUser(Headers headers);

    /**
     * Returns a format with one event type for all clicks.
     *
     * @param type a valid event type
     */
    static ClickFormat ofType(String type, ClickFormat format) {
        return new FixedType(format, type);
    }

    /** Marks a record as one in Freshet's own JSON, or as a tombstone that erases a user. */
    static void markAsOwn(Headers headers) {
        headers.add(HEADER, OwnJson.name());
    }

    /** Returns whether a record has the mark of {@link #markAsOwn}. */
    static boolean isMarkedAsOwn(Headers headers) {
        Header header = headers.lastHeader(HEADER);
        return header != null && Arrays.equals(header.value(), OwnJson.name());
    }
}
