package io.freshet.service.config.validation;

import io.freshet.store.StoreLocation;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Accepts URLs of buckets, and the empty string. */
public final class BucketUrlValidator implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        String url = String.valueOf(value);
        if (url.isEmpty()) {
            return;
        }
        try {
            StoreLocation.Bucket.parse(url);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(name, value, e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "s3://bucket/prefix";
    }
}
