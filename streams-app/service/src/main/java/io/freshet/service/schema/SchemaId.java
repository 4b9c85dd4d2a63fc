package io.freshet.service.schema;

/**
 * Names a schema in the registry. A registry never gives an id to another schema.
 *
 * @param kind what the number counts
 * @param number positive
 */
public record SchemaId(Kind kind, long number) {
    /** The three ways in which registries number schemas. */
    public enum Kind {
        /** The id of Confluent's API. */
        CONFLUENT("schema id"),
        /** Apicurio's number of a content, which several artifacts may share. */
        CONTENT("content id"),
        /** Apicurio's number of one version of an artifact. */
        GLOBAL("global id");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** Returns the kind as a person reads it. */
        @Override
        public String toString() {
            return words;
        }
    }

    @Override
    public String toString() {
        return kind + " " + number;
    }
}
