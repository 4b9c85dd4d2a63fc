package io.freshet.service.clickformat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.client.click.MalformedClickException;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Freshet's own JSON. Looks at no header. */
final class OwnJson implements ClickFormat {
    /** Returns the value of {@link ClickFormat#HEADER} for this format, which the caller owns. */
    static byte[] name() {
        return "json".getBytes(US_ASCII);
    }

    @Override
    public Click read(byte @Nullable [] value, Headers headers) throws MalformedClickException {
        return ClickCodec.parse(Objects.requireNonNull(value, "value"));
    }

    @Override
    public boolean erasesUser(Headers headers) {
        return true;
    }
}
