package io.freshet.output;

/** The headers of a dead letter: why it is one, what of it was cut, and {@link OriginHeaders}. Values are UTF-8 text. */
public final class DeadLetterHeaders {
    /** The reason, in kebab case. */
    public static final String REASON = "freshet.reason";

    /** What exactly does not hold, for a person. */
    public static final String DETAIL = "freshet.detail";

    /** Length in bytes of a value that was cut. */
    public static final String VALUE_LENGTH = "freshet.value.length";

    /** SHA-256 of the whole of a value that was cut, in hexadecimal digits. */
    public static final String VALUE_SHA256 = "freshet.value.sha256";

    /** Length in bytes of a key that was cut. */
    public static final String KEY_LENGTH = "freshet.key.length";

    /** SHA-256 of the whole of a key that was cut, in hexadecimal digits. */
    public static final String KEY_SHA256 = "freshet.key.sha256";

    /** The topic that did not take the record, where a record of Freshet's own is the dead letter. */
    public static final String REFUSED_TOPIC = "freshet.refused.topic";

    public static final String NO_VALUE = "no-value";
    public static final String TIMESTAMP_IN_THE_FUTURE = "timestamp-in-the-future";
    public static final String TIMESTAMP_TOO_OLD = "timestamp-too-old";
    public static final String KEY_IS_NOT_THE_USER = "key-is-not-the-user";

    /** The key of a tombstone is longer than a user's id can be. */
    public static final String KEY_TOO_LONG = "key-too-long";

    /** A record that Freshet made is longer than its topic takes. */
    public static final String OUTPUT_TOO_LARGE = "output-too-large";

    /** A record that Freshet made has no key, and its compacted topic takes none without. */
    public static final String OUTPUT_WITHOUT_KEY = "output-without-key";

    /** A processor failed with the record. */
    public static final String PROCESSING_FAILED = "processing-failed";

    private DeadLetterHeaders() {}
}
