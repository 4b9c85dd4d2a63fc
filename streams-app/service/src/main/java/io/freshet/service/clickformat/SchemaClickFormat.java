package io.freshet.service.clickformat;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** A format whose records can only be read with schemas from a registry. */
public interface SchemaClickFormat extends ClickFormat {
    /**
     * Returns whether {@link #read} needs no answer of the registry. If it needs one, this method asks for it in the
     * background, so that a later call returns true.
     */
    boolean isReady(byte @Nullable [] value, Headers headers);
}
