package io.freshet.store;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a model store is. Its text is what people write. */
public sealed interface StoreLocation {
    /** A folder of this machine, or one that is mounted. */
    record Folder(Path path) implements StoreLocation {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * A bucket of an S3, or a part of one.
     *
     * @param bucket its name
     * @param prefix what every key begins with, without a slash at either end; empty for the whole bucket
     */
    record Bucket(String bucket, String prefix) implements StoreLocation {
        private static final Pattern URL = Pattern.compile(
                "s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/((?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]+)?/?)?");

        /**
         * The bucket that a URL means.
         *
         * @throws IllegalArgumentException for what is none
         */
        public static Bucket parse(String url) {
            Matcher matcher = URL.matcher(url);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("a bucket must be written as s3://bucket or s3://bucket/prefix, the"
                        + " prefix of letters, digits, dots, hyphens, underscores and slashes: url=" + url);
            }
            return new Bucket(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
        }

        /** The key of a path under the prefix. */
        String key(String path) {
            return prefix.isEmpty() ? path : prefix + "/" + path;
        }

        @Override
        public String toString() {
            return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
        }
    }

    /**
     * The place that a text means: a bucket where it begins with {@code s3://}, else a folder.
     *
     * @throws IllegalArgumentException for what is neither
     */
    static StoreLocation parse(String text) {
        if (text.startsWith("s3:")) {
            return Bucket.parse(text);
        }
        if (text.isBlank() || text.contains("://")) {
            throw new IllegalArgumentException("a model store must be a folder or s3://bucket/prefix: " + text);
        }
        return new Folder(Path.of(text));
    }
}
