package io.freshet.store;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The location of a model store. Its text is the form in configuration. */
public sealed interface StoreLocation {
    /** A local or mounted folder. */
    record Folder(Path path) implements StoreLocation {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * An S3 bucket, or a part of one.
     *
     * @param bucket name of the bucket
     * @param prefix common prefix of all keys, without a slash at either end; empty for the whole bucket
     */
    record Bucket(String bucket, String prefix) implements StoreLocation {
        private static final Pattern URL = Pattern.compile(
                "s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/((?:[A-Za-z0-9._-]+/)*[A-Za-z0-9._-]+)?/?)?");

        /**
         * Parses the URL of a bucket.
         *
         * @throws IllegalArgumentException if the text is not such a URL
         */
        public static Bucket parse(String url) {
            Matcher matcher = URL.matcher(url);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("a bucket must be written as s3://bucket or s3://bucket/prefix, the"
                        + " prefix of letters, digits, dots, hyphens, underscores and slashes: url=" + url);
            }
            return new Bucket(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
        }

        /** Returns the key of a path under the prefix. */
        String key(String path) {
            return prefix.isEmpty() ? path : prefix + "/" + path;
        }

        @Override
        public String toString() {
            return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
        }
    }

    /**
     * Parses a location: a bucket if the text begins with {@code s3:}, otherwise a folder.
     *
     * @throws IllegalArgumentException if the text is neither
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
