package io.freshet.client.deadletter;

/** Headers of a dead letter: the reason, what was cut, and the origin. Values are UTF-8 text. */
public final class DeadLetterHeaders {
    /** The reason, in kebab case. */
    public static final String REASON = "freshet.reason";

    /** Description of the violated condition, for a person. */
    public static final String DETAIL = "freshet.detail";

    /** Original length in bytes of a value that was cut. */
    public static final String VALUE_LENGTH = "freshet.value.length";

    /** SHA-256 of the original value, in hexadecimal digits, if it was cut. */
    public static final String VALUE_SHA256 = "freshet.value.sha256";

    /** Original length in bytes of a key that was cut. */
    public static final String KEY_LENGTH = "freshet.key.length";

    /** SHA-256 of the original key, in hexadecimal digits, if it was cut. */
    public static final String KEY_SHA256 = "freshet.key.sha256";

    /** The topic that refused the record, if the dead letter is a record made by Freshet. */
    public static final String REFUSED_TOPIC = "freshet.refused.topic";

    /** Topic of the record that could not be used. */
    public static final String ORIGIN_TOPIC = "freshet.origin.topic";

    /** Partition of the record that could not be used. */
    public static final String ORIGIN_PARTITION = "freshet.origin.partition";

    /** Offset of the record that could not be used. */
    public static final String ORIGIN_OFFSET = "freshet.origin.offset";

    /** Time of the record that could not be used, in epoch milliseconds. */
    public static final String ORIGIN_TIMESTAMP = "freshet.origin.timestamp";

    public static final String NO_VALUE = "no-value";
    public static final String TIMESTAMP_IN_THE_FUTURE = "timestamp-in-the-future";
    public static final String TIMESTAMP_TOO_OLD = "timestamp-too-old";
    public static final String KEY_IS_NOT_THE_USER = "key-is-not-the-user";

    /** The key of a tombstone is longer than a user's id can be. */
    public static final String KEY_TOO_LONG = "key-too-long";

    /** A record made by Freshet is longer than its topic accepts. */
    public static final String OUTPUT_TOO_LARGE = "output-too-large";

    /** A record made by Freshet has no key, which its compacted topic requires. */
    public static final String OUTPUT_WITHOUT_KEY = "output-without-key";

    /** A processor failed on the record. */
    public static final String PROCESSING_FAILED = "processing-failed";

    private DeadLetterHeaders() {}
}
